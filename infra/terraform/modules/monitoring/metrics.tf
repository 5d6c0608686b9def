# The application's own log lines, which are JSON. Cloud Run's log of requests has the same statuses a second time.
locals {
  application_log = <<-EOT
    resource.type="cloud_run_revision"
    log_id("run.googleapis.com/stderr")
  EOT

  uploads_log  = "${local.application_log}resource.labels.service_name=\"${var.upload_service}\"\n"
  removers_log = "${local.application_log}resource.labels.service_name=(${join(" OR ", [for service in var.remover_services : "\"${service}\""])})\n"

  # Queries know a metric by a name without hyphens.
  metric_prefix = replace(var.name, "-", "_")

  log_metrics = {
    remover_failures = {
      description = "Uploads that failed because no remover succeeded"
      filter      = "${local.uploads_log}jsonPayload.logger=\"request\"\nhttpRequest.status=(429 OR 502 OR 504)"
    }
    remover_fallbacks = {
      description = "Pictures for which a remover failed and the next one was tried"
      filter      = "${local.removers_log}jsonPayload.logger=\"common.removers.fallback\""
    }
  }
}

resource "google_logging_metric" "this" {
  for_each = local.log_metrics

  name        = "${local.metric_prefix}_${each.key}"
  description = each.value.description
  filter      = each.value.filter

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}
