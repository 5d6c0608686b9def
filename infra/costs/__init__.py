"""The monthly costs of the functions, and their load."""
