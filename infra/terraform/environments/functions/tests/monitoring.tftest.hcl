# Objectives, alerts, the dashboard and the budget.
mock_provider "google" {}

variables {
  project_id       = "a-project"
  project_number   = "123456789012"
  name             = "a-remover"
  site_url         = "https://pictures.example.com"
  services         = ["upload", "list"]
  url_map          = "a-remover"
  upload_backend   = "a-remover-uploads"
  upload_service   = "upload"
  remover_services = ["upload", "removebg"]
  cleanup_workflow = "a-remover-scheduler"
  alert_email      = ""
  billing_account  = ""
  monthly_budget   = 0
}

run "without_an_address" {
  module {
    source = "../../modules/monitoring"
  }

  assert {
    condition = output.alerts == tolist([
      "a-remover: availability fast burn", "a-remover: availability slow burn", "a-remover: cleanup fails", "a-remover: down",
      "a-remover: down for an hour", "a-remover: upload latency fast burn", "a-remover: upload latency slow burn",
    ])
    error_message = "An alert is missing or unexpected."
  }

  assert {
    condition     = length(google_monitoring_notification_channel.email) == 0 && length(google_billing_budget.this) == 0
    error_message = "There is a channel without an address, or a budget that nobody asked for."
  }

  assert {
    condition = (
      google_monitoring_uptime_check_config.health.http_check[0].path == "/api/health"
      && google_monitoring_uptime_check_config.health.http_check[0].use_ssl
      && google_monitoring_uptime_check_config.health.monitored_resource[0].labels.host == "pictures.example.com"
    )
    error_message = "Health must be checked where visitors come in."
  }

  assert {
    condition = alltrue([
      for key, policy in google_monitoring_alert_policy.burn :
      policy.combiner == "AND" && length([
        for condition in policy.conditions : condition
        if strcontains(condition.condition_threshold[0].filter, startswith(key, "availability") ? google_monitoring_slo.availability.name : google_monitoring_slo.upload_latency.name)
      ]) == 2
    ])
    error_message = "An alert needs two windows of its own objective's burn rate, both at once."
  }

  assert {
    condition     = strcontains(google_monitoring_slo.upload_latency.request_based_sli[0].distribution_cut[0].distribution_filter, "https/backend_latencies")
    error_message = "Upload latency must be the backend's: the total one depends on the client's connection."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.down["down"].conditions[0].condition_prometheus_query_language[0].query, "max_over_time(")
    error_message = "A domain that never answered yet must not raise the immediate alert."
  }

  assert {
    condition = (
      strcontains(google_logging_metric.this["remover_fallbacks"].filter, "resource.labels.service_name=(\"upload\" OR \"removebg\")\n")
      && strcontains(google_logging_metric.this["remover_failures"].filter, "resource.labels.service_name=\"upload\"\n")
    )
    error_message = "Fallbacks must be counted wherever backgrounds are removed, and failures of uploads only."
  }

  assert {
    condition = alltrue([
      for metric in google_logging_metric.this : length(regexall("user/${metric.name}\\\\\"", google_monitoring_dashboard.this.dashboard_json)) == 1
    ])
    error_message = "The dashboard must show every log-based metric, by its name."
  }

  assert {
    condition     = length(regexall(":0\\b|\\[\\]", google_monitoring_dashboard.this.dashboard_json)) == 0
    error_message = "What the API leaves out would be a change in every plan."
  }
}

run "with_an_address_and_a_budget" {
  module {
    source = "../../modules/monitoring"
  }

  variables {
    site_url        = "http://203.0.113.7"
    alert_email     = "someone@example.com"
    billing_account = "012345-6789AB-CDEF01"
    monthly_budget  = 100
  }

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.burn), values(google_monitoring_alert_policy.down), [google_monitoring_alert_policy.cleanup]) :
      one(policy.notification_channels) == google_monitoring_notification_channel.email[0].id
    ])
    error_message = "Every alert must be sent to the address."
  }

  assert {
    condition     = one(google_billing_budget.this[0].budget_filter[0].projects) == "projects/123456789012"
    error_message = "A budget must name the project by its number."
  }

  assert {
    condition     = one(google_billing_budget.this[0].all_updates_rule[0].monitoring_notification_channels) == google_monitoring_notification_channel.email[0].id
    error_message = "The budget's alerts must be sent to the address."
  }

  assert {
    condition     = !google_monitoring_uptime_check_config.health.http_check[0].use_ssl && google_monitoring_uptime_check_config.health.http_check[0].port == 80
    error_message = "Without a domain health must be checked by http."
  }
}
