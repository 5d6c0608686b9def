# The site is down. A new domain does not answer until its DNS record is there, so the first condition asks for a
# success within the last day, and the second one waits for an hour.
locals {
  check = "monitoring_googleapis_com:uptime_check_check_passed{monitored_resource=\"uptime_url\",check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\"}"
}

resource "google_monitoring_alert_policy" "down" {
  for_each = {
    "down"             = { hold = "60s", query = "count(${local.check} == 0) >= 2 and max(max_over_time(${local.check}[1d])) == 1" }
    "down for an hour" = { hold = "3600s", query = "max(${local.check}) == 0" }
  }

  display_name          = "${var.name}: ${each.key}"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "health fails from several places"

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.hold
      evaluation_interval = "60s"

      # A new project has no such metric yet.
      disable_metric_validation = true
    }
  }

  documentation {
    content = "${var.site_url}/api/health does not answer 200: the load balancer, the function or the database is down."
  }

  alert_strategy {
    auto_close = "3600s"
  }
}

# No user notices a failing cleanup, so no objective covers it.
resource "google_monitoring_alert_policy" "cleanup" {
  display_name          = "${var.name}: cleanup fails"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels

  conditions {
    display_name = "two runs in a row failed, with all of their retries"

    condition_threshold {
      filter = join(" AND ", [
        "metric.type=\"workflows.googleapis.com/finished_execution_count\"",
        "metric.labels.status=\"FAILED\"",
        "resource.type=\"workflows.googleapis.com/Workflow\"",
        "resource.labels.workflow_id=\"${var.cleanup_workflow}\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "0s"

      aggregations {
        alignment_period     = "10800s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content = "Until cleanup works, pictures are kept for longer than they should be. The workflow's executions and the function's log name the cause."
  }

  alert_strategy {
    auto_close = "3600s"
  }
}
