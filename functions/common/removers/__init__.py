"""What finds the subject of a picture: a provider or a network on this machine."""
