# Google issues these certificates once a CNAME record proves who owns the domain, so https works before the domain
# points here. Each domain keeps its own certificate while others come and go.
locals {
  names = { for domain in var.domains : domain => "${var.name}-${substr(sha256(domain), 0, 8)}" }
}

resource "google_certificate_manager_dns_authorization" "this" {
  for_each = local.names

  name   = each.value
  domain = each.key
}

resource "google_certificate_manager_certificate" "this" {
  for_each = local.names

  name = each.value

  managed {
    domains            = [each.key]
    dns_authorizations = [google_certificate_manager_dns_authorization.this[each.key].id]
  }
}

resource "google_certificate_manager_certificate_map" "this" {
  name = var.name
}

resource "google_certificate_manager_certificate_map_entry" "this" {
  for_each = local.names

  name         = each.value
  map          = google_certificate_manager_certificate_map.this.name
  hostname     = each.key
  certificates = [google_certificate_manager_certificate.this[each.key].id]
}
