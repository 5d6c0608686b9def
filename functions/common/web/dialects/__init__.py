"""Dialects: the APIs of other background removal services, as their clients use them."""
