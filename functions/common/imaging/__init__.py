"""Decode, refine and encode pictures; knows nothing of users or storage."""
