resource "google_monitoring_notification_channel" "email" {
  count = var.alert_email != "" ? 1 : 0

  display_name = "${var.name} by email"
  type         = "email"
  labels       = { email_address = var.alert_email }
  force_delete = true # also while an alert that was made by hand uses it

  # Removing the address has to take the channel off the alerts before deleting it.
  lifecycle {
    create_before_destroy = true
  }
}

# Google asks from six places in the world, through the load balancer like a visitor.
resource "google_monitoring_uptime_check_config" "health" {
  display_name = "${var.name} health"
  period       = "300s"
  timeout      = "10s"

  http_check {
    path         = "/api/health"
    port         = local.on_https ? 443 : 80
    use_ssl      = local.on_https
    validate_ssl = local.on_https
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project_id
      host       = split("://", var.site_url)[1]
    }
  }
}

locals {
  on_https = startswith(var.site_url, "https://")
  channels = google_monitoring_notification_channel.email[*].id
}
