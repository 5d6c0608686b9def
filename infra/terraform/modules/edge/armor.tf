# Cloud Armor counts requests for each backend service, so each has a policy that names its backend.
resource "google_compute_security_policy" "this" {
  for_each = { for backend, services in local.backends : backend => services if var.rate_limit_per_minute > 0 }

  name        = "${var.name}-${each.key}"
  description = "At most ${var.rate_limit_per_minute} requests a minute from one address to ${join(", ", each.value)}"

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

  # Every policy needs a default rule of this priority.
  rule {
    description = "Allow the rest"
    priority    = 2147483647
    action      = "allow"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  # To turn the limit off, Terraform must detach the policy from its backend before it deletes it.
  lifecycle {
    create_before_destroy = true
  }
}
