# Nothing is declared yet.
