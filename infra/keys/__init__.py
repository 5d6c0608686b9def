"""API keys of this service, kept in its database."""
