resource "google_compute_target_http_proxy" "this" {
  name    = var.name
  url_map = local.on_https ? google_compute_url_map.to_https[0].id : google_compute_url_map.this.id
}

resource "google_compute_global_forwarding_rule" "http" {
  name                  = "${var.name}-http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  port_range            = "80"
  target                = google_compute_target_http_proxy.this.id
}

module "certificate" {
  source = "../certificate"
  count  = local.on_https ? 1 : 0

  name    = var.name
  domains = distinct(concat([var.domain], var.other_domains))
}

resource "google_compute_ssl_policy" "this" {
  count = local.on_https ? 1 : 0

  name            = var.name
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_target_https_proxy" "this" {
  count = local.on_https ? 1 : 0

  name            = var.name
  url_map         = google_compute_url_map.this.id
  certificate_map = "//certificatemanager.googleapis.com/${module.certificate[0].map}"
  ssl_policy      = google_compute_ssl_policy.this[0].id
}

resource "google_compute_global_forwarding_rule" "https" {
  count = local.on_https ? 1 : 0

  name                  = "${var.name}-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  port_range            = "443"
  target                = google_compute_target_https_proxy.this[0].id
}
