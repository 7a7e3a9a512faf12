"""Pages. Each view reads a request, calls one function and shows the result."""
