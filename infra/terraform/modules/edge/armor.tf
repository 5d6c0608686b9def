resource "google_compute_security_policy" "this" {
  count = var.rate_limit_per_minute > 0 ? 1 : 0

  name        = var.name
  description = "So many requests a minute from one address"

  rule {
    description = "Limit every address"
    priority    = 1000
    action      = "throttle"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      enforce_on_key = "IP"
      conform_action = "allow"
      exceed_action  = "deny(429)"

      rate_limit_threshold {
        count        = var.rate_limit_per_minute
        interval_sec = 60
      }
    }
  }

  # Every policy has a last rule of this priority.
  rule {
    description = "Let the rest pass"
    priority    = 2147483647
    action      = "allow"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
