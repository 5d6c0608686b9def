"""Moves the images of existing records from the database to the bucket, and back."""
