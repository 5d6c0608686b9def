"""What hosts the endpoints and the site: this machine, Google Cloud Functions, GKE."""
