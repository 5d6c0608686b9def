"""The log and what it says about a request."""
