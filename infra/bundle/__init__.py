"""Packs the source of the Cloud Functions into one zip."""
