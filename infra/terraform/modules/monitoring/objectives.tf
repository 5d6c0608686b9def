# Two objectives over 28 days, and their metrics.
locals {
  requests = join(" AND ", [
    "metric.type=\"run.googleapis.com/request_count\"",
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=one_of(${join(",", [for service in var.services : "\"${service}\""])})",
  ])
  failed_requests = "${local.requests} AND metric.labels.response_code_class=\"5xx\""

  # The backend's latency. The total one also counts how long a slow client takes to receive.
  upload_latencies = "metric.type=\"loadbalancing.googleapis.com/https/backend_latencies\" AND ${local.upload_backend}"
  uploads          = "metric.type=\"loadbalancing.googleapis.com/https/backend_request_count\" AND ${local.upload_backend}"
  upload_backend = join(" AND ", [
    "resource.type=\"https_lb_rule\"",
    "resource.labels.url_map_name=\"${var.url_map}\"",
    "resource.labels.backend_target_name=\"${var.upload_backend}\"",
  ])
}

resource "google_monitoring_custom_service" "this" {
  service_id   = var.name
  display_name = var.name
}

resource "google_monitoring_slo" "availability" {
  service             = google_monitoring_custom_service.this.service_id
  slo_id              = "availability"
  display_name        = "99.5 % of requests are answered without a 5xx"
  goal                = 0.995
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      total_service_filter = local.requests
      bad_service_filter   = local.failed_requests
    }
  }
}

resource "google_monitoring_slo" "upload_latency" {
  service             = google_monitoring_custom_service.this.service_id
  slo_id              = "upload-latency"
  display_name        = "95 % of uploads are answered within 30 s"
  goal                = 0.95
  rolling_period_days = 28

  request_based_sli {
    distribution_cut {
      distribution_filter = local.upload_latencies

      range {
        min = 0
        max = 30000
      }
    }
  }
}

# An alert fires while both of its windows burn the error budget that many times too fast: the long one shows that it
# matters, the short one that it still happens.
locals {
  burns = {
    fast = { rate = 14, windows = ["3600s", "300s"], severity = "CRITICAL" } # 2 % of the budget in an hour
    slow = { rate = 6, windows = ["21600s", "1800s"], severity = "WARNING" } # 5 % in six hours
  }

  objectives = {
    availability = {
      slo    = google_monitoring_slo.availability.name
      enough = local.failed_requests
      advice = "Too many requests fail. The function's log names the cause; a request's line has its status."
    }
    upload_latency = {
      slo    = google_monitoring_slo.upload_latency.name
      enough = local.uploads
      advice = "Too many uploads take over 30 seconds. The provider usually needs 7, and the application gives up after 90."
    }
  }

  burn_alerts = merge([
    for objective, each in local.objectives : {
      for speed, burn in local.burns : "${objective}_${speed}" => merge(each, burn, { speed = speed })
    }
  ]...)
}

resource "google_monitoring_alert_policy" "burn" {
  for_each = local.burn_alerts

  display_name          = "${var.name}: ${replace(each.key, "_", " ")} burn"
  combiner              = "AND"
  severity              = each.value.severity
  notification_channels = local.channels

  dynamic "conditions" {
    for_each = each.value.windows
    content {
      display_name = "burn rate over ${conditions.value}"

      condition_threshold {
        filter          = "select_slo_burn_rate(\"${each.value.slo}\", \"${conditions.value}\")"
        comparison      = "COMPARISON_GT"
        threshold_value = each.value.rate
        duration        = "0s"
      }
    }
  }

  # At night one failure of three requests is a third of them, and still no reason to wake anybody.
  conditions {
    display_name = "at least five requests in the long window"

    condition_threshold {
      filter          = each.value.enough
      comparison      = "COMPARISON_GT"
      threshold_value = 4
      duration        = "0s"

      aggregations {
        alignment_period     = each.value.windows[0]
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content = each.value.advice
  }

  alert_strategy {
    auto_close = "3600s"
  }
}
