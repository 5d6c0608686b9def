"""What the log says of a request."""
