# A global external Application Load Balancer serves the site and the endpoints on one host, because the browser
# sends the cookie only to the host that set it.
resource "google_compute_global_address" "this" {
  name = var.name
}

locals {
  backends = {
    for backend in distinct(values(var.services)[*].backend) : backend => [for service in var.services : service.service if service.backend == backend]
  }
}

# A backend of several services takes the service's name from the path: /api/list is the service list. The stateless
# removal cannot share one with the uploads: the paths of other services' clients, such as /v1.0/removebg, do not name
# it, a backend service takes one mask in each region, and Google does not say that a mask sees a rewritten path.
resource "google_compute_region_network_endpoint_group" "this" {
  for_each = local.backends

  name                  = "${var.name}-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service  = length(each.value) == 1 ? each.value[0] : null
    url_mask = length(each.value) == 1 ? null : "/api/<service>"
  }
}

# Serverless backends have no timeout of their own: the function's timeout applies.
resource "google_compute_backend_service" "this" {
  for_each = local.backends

  name                  = "${var.name}-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = var.rate_limit_per_minute > 0 ? google_compute_security_policy.this[each.key].id : null

  backend {
    group = google_compute_region_network_endpoint_group.this[each.key].id
  }

  # Cloud Run logs every request, so a sample of the load balancer's own log is enough.
  log_config {
    enable      = true
    sample_rate = 0.1
  }
}
