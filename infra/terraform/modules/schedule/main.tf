# Calls the service again while its answer says that there is more to do, for at most half an hour. Cleanup may run
# twice at once, so the next run may begin meanwhile.
resource "google_workflows_workflow" "this" {
  name                = var.name
  description         = var.description
  region              = var.region
  service_account     = google_service_account.this.id
  deletion_protection = false # it holds no data

  source_contents = jsonencode({
    main = {
      steps = [
        { begin = { assign = [{ until = "$${sys.now() + 1800}" }] } },
        {
          clean = {
            try = {
              call   = "http.post"
              args   = { url = var.uri, timeout = var.timeout_seconds, auth = { type = "OIDC", audience = var.uri } }
              result = "answer"
            }
            # Minutes apart, since a failure seldom passes within seconds.
            retry = {
              predicate   = "$${http.default_retry_predicate}"
              max_retries = 2
              backoff     = { initial_delay = 60, max_delay = 300, multiplier = 5 }
            }
          }
        },
        { again = { switch = [{ condition = "$${answer.body.more and sys.now() < until}", next = "clean" }] } },
        { end = { return = "$${answer.body}" } },
      ]
    }
  })

  depends_on = [google_cloud_run_service_iam_binding.invokers]
}

resource "google_cloud_scheduler_job" "this" {
  name        = var.name
  description = var.description
  region      = var.region
  schedule    = var.schedule
  time_zone   = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "https://workflowexecutions.googleapis.com/v1/${google_workflows_workflow.this.id}/executions"

    oauth_token {
      service_account_email = google_service_account.this.email
    }
  }

  retry_config {
    retry_count = 2
  }

  depends_on = [google_project_iam_member.starts_workflow]
}
