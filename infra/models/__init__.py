"""Lists, fetches and checks the models of the catalogue, with only Python's standard library."""
