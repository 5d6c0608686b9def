"""How near mattes come to known ones: ours beside those of others."""
