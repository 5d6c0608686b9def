# A global external Application Load Balancer: the site and the endpoints on one host, so that the cookie of the
# one is the cookie of the other.
resource "google_compute_global_address" "this" {
  name = var.name
}

resource "google_compute_region_network_endpoint_group" "this" {
  for_each = var.services

  name                  = "${var.name}-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.value
  }
}

# How long a request may take is the function's to say: a backend of this kind has no timeout of its own.
resource "google_compute_backend_service" "this" {
  for_each = var.services

  name                  = "${var.name}-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = one(google_compute_security_policy.this[*].id)

  backend {
    group = google_compute_region_network_endpoint_group.this[each.key].id
  }

  # Cloud Run logs every request; here a sample tells how requests reach it.
  log_config {
    enable      = true
    sample_rate = 0.1
  }
}
