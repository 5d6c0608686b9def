# Alerts are there whether or not somebody is told of them.
mock_provider "google" {}

variables {
  project_id     = "a-project"
  name           = "a-remover"
  site_url       = "https://pictures.example.com"
  url_map        = "a-remover"
  upload_backend = "a-remover-upload"
  upload_service = "a-remover-upload"
  cleanup_job    = "a-remover-scheduler"
  alert_email    = ""
}

run "with_nobody_to_tell" {
  module {
    source = "../../modules/monitoring"
  }

  assert {
    condition     = toset(keys(google_monitoring_alert_policy.queries)) == toset(["errors", "upload_latency", "latency", "remover_failures", "cleanup_failures"])
    error_message = "Something is not watched."
  }

  assert {
    condition     = length(google_monitoring_notification_channel.email) == 0
    error_message = "There is a channel that leads to nobody."
  }

  assert {
    condition = (
      google_monitoring_uptime_check_config.health.http_check[0].path == "/api/health"
      && google_monitoring_uptime_check_config.health.http_check[0].use_ssl
      && google_monitoring_uptime_check_config.health.monitored_resource[0].labels.host == "pictures.example.com"
    )
    error_message = "Health is not asked where visitors come in."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.queries["remover_failures"].conditions[0].condition_prometheus_query_language[0].query, "user_${google_logging_metric.remover_failures.name}{")
    error_message = "The alert asks for another metric than there is."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.queries["cleanup_failures"].conditions[0].condition_prometheus_query_language[0].query, "user_${google_logging_metric.cleanup_failures.name}{")
    error_message = "The alert asks for another metric than there is."
  }
}

run "with_somebody_to_tell" {
  module {
    source = "../../modules/monitoring"
  }

  variables {
    site_url    = "http://203.0.113.7"
    alert_email = "someone@example.com"
  }

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.queries), [google_monitoring_alert_policy.down]) :
      one(policy.notification_channels) == google_monitoring_notification_channel.email[0].id
    ])
    error_message = "An alert reaches nobody."
  }

  assert {
    condition     = !google_monitoring_uptime_check_config.health.http_check[0].use_ssl && google_monitoring_uptime_check_config.health.http_check[0].port == 80
    error_message = "Without a domain health is asked by http."
  }
}
