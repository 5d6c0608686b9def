output "ip_address" {
  description = "The load balancer's address."
  value       = google_compute_global_address.this.address
}

output "url" {
  description = "The site's address, without a slash at its end."
  value       = local.url
}

output "url_map" {
  description = "The name under which the load balancer's metrics are found."
  value       = google_compute_url_map.this.name
}

output "backends" {
  description = "The names of the endpoints' backends, as in the load balancer's metrics."
  value       = { for endpoint, backend in google_compute_backend_service.this : endpoint => backend.name }
}
