# What to look at first: one chart for each question, side by side.
locals {
  services  = "resource.type=\"cloud_run_revision\" resource.labels.service_name=one_of(${join(",", [for service in var.services : "\"${service}\""])})"
  log_based = "resource.type=\"cloud_run_revision\" metric.type=\"logging.googleapis.com/user/${local.metric_prefix}"

  charts = [
    {
      title  = "Requests, by status"
      filter = "metric.type=\"run.googleapis.com/request_count\" ${local.services}"
      align  = "ALIGN_RATE", reduce = "REDUCE_SUM", by = ["metric.label.response_code_class"]
    },
    {
      title  = "Requests, by function"
      filter = "metric.type=\"run.googleapis.com/request_count\" ${local.services}"
      align  = "ALIGN_RATE", reduce = "REDUCE_SUM", by = ["resource.label.service_name"]
    },
    {
      title  = "Latency in ms, 95th percentile by function"
      filter = "metric.type=\"run.googleapis.com/request_latencies\" ${local.services}"
      align  = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_95", by = ["resource.label.service_name"]
    },
    {
      title  = "Uploads that no remover could do"
      filter = "${local.log_based}_remover_failures\""
      align  = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = []
    },
    {
      title  = "Pictures that fell back to the next remover"
      filter = "${local.log_based}_remover_fallbacks\""
      align  = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = []
    },
    {
      title  = "Instances, by function"
      filter = "metric.type=\"run.googleapis.com/container/instance_count\" ${local.services}"
      align  = "ALIGN_MAX", reduce = "REDUCE_SUM", by = ["resource.label.service_name"]
    },
    {
      title  = "Memory in use, 99th percentile by function"
      filter = "metric.type=\"run.googleapis.com/container/memory/utilizations\" ${local.services}"
      align  = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_99", by = ["resource.label.service_name"]
    },
    {
      title  = "Cleanup runs, by result"
      filter = "metric.type=\"workflows.googleapis.com/finished_execution_count\" resource.type=\"workflows.googleapis.com/Workflow\" resource.labels.workflow_id=\"${var.cleanup_workflow}\""
      align  = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.status"]
    },
  ]
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = var.name
    mosaicLayout = {
      columns = 48
      tiles = [
        # The API leaves out zeros and empty lists when it is read, so that they would be a change in every plan.
        for place, chart in local.charts : merge({ for side, position in { xPos = place % 2 * 24, yPos = floor(place / 2) * 16 } : side => position if position > 0 }, {
          width  = 24
          height = 16
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = chart.filter
                    aggregation = merge({ for name, fields in { groupByFields = chart.by } : name => fields if length(fields) > 0 }, {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = chart.align
                      crossSeriesReducer = chart.reduce
                    })
                  }
                }
              }]
            }
          }
        })
      ]
    }
  })

  depends_on = [google_logging_metric.this]
}
