"""Lists, fetches and checks the models of the catalogue; needs Python's standard library alone."""
