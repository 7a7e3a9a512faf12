"""Pages: each reads a request, calls a verb and shows what came of it."""
