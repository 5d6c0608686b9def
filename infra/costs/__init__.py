"""What the functions cost a month, and how much of what arrives at once."""
