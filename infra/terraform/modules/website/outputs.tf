output "bucket" {
  description = "The bucket to publish the site to."
  value       = google_storage_bucket.this.name
}

output "backend" {
  description = "The load balancer's backend that serves the site."
  value       = google_compute_backend_bucket.this.id
}
