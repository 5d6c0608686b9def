locals {
  # Monitoring knows these in queries by names without hyphens.
  metric_prefix = replace(var.name, "-", "_")
}

# What uploads answer where removing the background failed: remover_failed, remover_timeout, rate_limited. Where
# there is a second remover to fall back on visitors notice nothing, and only the log has it.
resource "google_logging_metric" "remover_failures" {
  name        = "${local.metric_prefix}_remover_failures"
  description = "Uploads for which a remover failed"

  filter = <<-EOT
    resource.type="cloud_run_revision"
    resource.labels.service_name="${var.upload_service}"
    (httpRequest.status=(429 OR 502 OR 504) OR textPayload:"common.removers.fallback:")
  EOT

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}

# The scheduler's log, unlike the function's, also has the calls that were not let in or never answered.
resource "google_logging_metric" "cleanup_failures" {
  name        = "${local.metric_prefix}_cleanup_failures"
  description = "Attempts to clean up that failed"

  filter = <<-EOT
    resource.type="cloud_scheduler_job"
    resource.labels.job_id="${var.cleanup_job}"
    severity>=ERROR
  EOT

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}
