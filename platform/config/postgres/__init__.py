"""Django's PostgreSQL backend, plus an embedded server and errors that say what to do."""
