output "ip_address" {
  description = "Address of the load balancer."
  value       = google_compute_global_address.this.address
}

output "url" {
  description = "Address of the site, without a slash at its end."
  value       = local.url
}

output "url_map" {
  description = "Name of the URL map in the load balancer's metrics."
  value       = google_compute_url_map.this.name
}

output "backends" {
  description = "Names of the backend services in the load balancer's metrics, by backend."
  value       = { for backend, service in google_compute_backend_service.this : backend => service.name }
}

output "dns_records" {
  description = "CNAME records that prove to Google that you own the domains; their certificates follow."
  value       = flatten(module.certificate[*].dns_records)
}
