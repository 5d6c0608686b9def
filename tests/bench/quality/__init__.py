"""The quality of mattes, compared with known ones: ours and others'."""
