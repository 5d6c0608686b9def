"""Pixels: decoding, refining, encoding; knows nothing of users or storage."""
