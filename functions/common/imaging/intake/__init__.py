"""What of an uploaded file may reach a decoder: each format is taken apart, checked and put together anew."""
