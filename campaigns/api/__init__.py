"""The API of programs: what the dashboard does, by the same functions, for a token instead of a session."""
