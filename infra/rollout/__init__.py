"""Writes down what a rollout to the cluster changes: the image, and what Terraform has made."""
