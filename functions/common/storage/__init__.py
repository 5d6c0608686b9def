"""Where records and images are kept, one vendor a package."""
