"""Publishes the static site to a Cloud Storage bucket."""
