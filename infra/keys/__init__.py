"""Manages the API keys of this service."""
