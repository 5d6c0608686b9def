"""Minimal functions to compare ours with."""
