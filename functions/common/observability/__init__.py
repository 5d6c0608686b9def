"""The log, and the context of a request in it."""
