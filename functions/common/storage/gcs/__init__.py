"""Images in a Cloud Storage bucket: the store, one image in it, and the calls that both make."""
