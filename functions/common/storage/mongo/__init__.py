"""Records, leases and API keys in MongoDB."""
