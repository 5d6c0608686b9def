"""Writes the kustomization of a rollout to the cluster."""
