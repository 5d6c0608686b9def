"""Adapters that keep records and images, one package per vendor."""
