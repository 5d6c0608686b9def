"""What every endpoint shares: settings, identity, the use cases and their adapters."""
