"""Images in a Cloud Storage bucket."""
