locals {
  requests  = "loadbalancing_googleapis_com:https_request_count"
  latencies = "loadbalancing_googleapis_com:https_total_latencies_bucket"
  edge      = "monitored_resource=\"https_lb_rule\",url_map_name=\"${var.url_map}\""
  uploads   = "backend_target_name=\"${var.upload_backend}\""
  others    = "backend_target_name!=\"${var.upload_backend}\""
  metric    = "logging_googleapis_com:user_${local.metric_prefix}"

  # One query each, for a policy takes no more of this kind. The shares ask for a few failures too: at night one of
  # three requests is a third of them and still nothing to get up for.
  queries = {
    errors = {
      title = "5xx above 5 %"
      hold  = "300s"
      query = join(" ", [
        "sum by (backend_target_name) (increase(${local.requests}{${local.edge},response_code_class=\"500\"}[10m]))",
        "/ sum by (backend_target_name) (increase(${local.requests}{${local.edge}}[10m])) > 0.05",
        "and sum by (backend_target_name) (increase(${local.requests}{${local.edge},response_code_class=\"500\"}[10m])) >= 5",
      ])
      advice = "Of what this backend answered in ten minutes more than 5 % failed. Its function's log says why."
    }
    upload_latency = {
      title  = "uploads slow"
      hold   = "600s"
      query  = "histogram_quantile(0.95, sum by (le) (rate(${local.latencies}{${local.edge},${local.uploads}}[10m]))) > 30000"
      advice = "One upload in twenty takes over 30 seconds. The provider usually needs 7; after 90 it is given up."
    }
    latency = {
      title  = "answers slow"
      hold   = "600s"
      query  = "histogram_quantile(0.95, sum by (le, backend_target_name) (rate(${local.latencies}{${local.edge},${local.others}}[10m]))) > 5000"
      advice = "One request in twenty takes over 5 seconds. Look at the database and at how many instances start."
    }
    remover_failures = {
      title  = "background removal fails"
      hold   = "0s"
      query  = "sum(increase(${local.metric}_remover_failures{monitored_resource=\"cloud_run_revision\"}[15m])) >= 5"
      advice = "Five pictures in 15 minutes. The upload function's log has what the provider said: key, quota or outage."
    }
    cleanup_failures = {
      title  = "cleanup fails"
      hold   = "0s"
      query  = "sum(increase(${local.metric}_cleanup_failures{monitored_resource=\"cloud_scheduler_job\"}[3h])) >= 3"
      advice = "A run failed with all of its retries. Until cleanup works, pictures past their time stay."
    }
  }
}

resource "google_monitoring_alert_policy" "queries" {
  for_each = local.queries

  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.hold
      evaluation_interval = "60s"

      # In a new project nothing has been measured yet, and what has not been measured is not known.
      disable_metric_validation = true
    }
  }

  documentation {
    content = each.value.advice
  }

  alert_strategy {
    auto_close = "3600s"
  }

  depends_on = [google_logging_metric.remover_failures, google_logging_metric.cleanup_failures]
}

resource "google_monitoring_alert_policy" "down" {
  display_name          = "${var.name}: down"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "health fails from several places"

    condition_threshold {
      filter = join(" AND ", [
        "resource.type = \"uptime_url\"",
        "metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\"",
        "metric.labels.check_id = \"${google_monitoring_uptime_check_config.health.uptime_check_id}\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "60s"

      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  documentation {
    content = "${var.site_url}/api/health does not answer 200: the load balancer, the function or the database is down."
  }

  alert_strategy {
    auto_close = "3600s"
  }
}
