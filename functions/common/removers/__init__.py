"""Background removers: a provider or networks on this machine find the subject of a picture."""
