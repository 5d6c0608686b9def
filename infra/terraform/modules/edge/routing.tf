locals {
  on_https = var.domain != ""
  url      = local.on_https ? "https://${var.domain}" : "http://${google_compute_global_address.this.address}"
}

resource "google_compute_url_map" "this" {
  name            = var.name
  default_service = var.site_backend

  host_rule {
    hosts        = ["*"]
    path_matcher = "all"
  }

  path_matcher {
    name            = "all"
    default_service = var.site_backend

    dynamic "path_rule" {
      for_each = var.services
      content {
        paths   = ["/api/${path_rule.key}", "/api/${path_rule.key}/*"]
        service = google_compute_backend_service.this[path_rule.key].id
      }
    }

    # Whoever may not list a bucket is told 403 about an object that is not there. Visitors get the site's page
    # for that; what the endpoints answer stays as it is, which is why this is a rule and not the default.
    path_rule {
      paths   = ["/*"]
      service = var.site_backend

      custom_error_response_policy {
        error_service = var.site_backend

        error_response_rule {
          match_response_codes   = ["403", "404"]
          path                   = "/404.html"
          override_response_code = 404
        }
      }
    }
  }
}

resource "google_compute_url_map" "to_https" {
  count = local.on_https ? 1 : 0

  name = "${var.name}-to-https"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}
