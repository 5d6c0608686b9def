output "bucket" {
  description = "Bucket to publish the site to."
  value       = google_storage_bucket.this.name
}

output "backend" {
  description = "Backend bucket that serves the site."
  value       = google_compute_backend_bucket.this.id
}
