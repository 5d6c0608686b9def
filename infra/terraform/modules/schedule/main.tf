resource "google_cloud_scheduler_job" "this" {
  name        = var.name
  description = var.description
  region      = var.region
  schedule    = var.schedule
  time_zone   = "Etc/UTC"

  # No attempt is given up while the function may still be at it.
  attempt_deadline = "${var.timeout_seconds}s"

  http_target {
    http_method = "POST"
    uri         = var.uri

    oidc_token {
      service_account_email = google_service_account.this.email
      audience              = var.uri
    }
  }

  # Minutes apart, for what keeps a call from succeeding seldom passes in seconds.
  retry_config {
    retry_count          = 2
    min_backoff_duration = "60s"
    max_backoff_duration = "300s"
  }

  depends_on = [google_cloud_run_service_iam_binding.invokers]
}
