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
        paths   = concat(["/api/${path_rule.key}", "/api/${path_rule.key}/*"], path_rule.value.paths)
        service = google_compute_backend_service.this[path_rule.value.backend].id
      }
    }

    # A private bucket has no start page.
    path_rule {
      paths   = ["/"]
      service = var.site_backend

      route_action {
        url_rewrite {
          path_prefix_rewrite = "/index.html"
        }
      }
    }

    # A missing file returns the site's own page. This is a rule and not the default, so that the endpoints' errors
    # do not change.
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

  # To remove the domain, Terraform must detach this map from the http proxy before it deletes it.
  lifecycle {
    create_before_destroy = true
  }
}
