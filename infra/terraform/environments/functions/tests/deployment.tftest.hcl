# What the modules make of each other, in the one run that applies everything.
mock_provider "google" {
  mock_resource "google_compute_global_address" {
    defaults = { address = "203.0.113.7" }
  }
}

variables {
  project_id = "a-project"
  bundle     = "dist/functions-0123456789ab.zip"
}

run "the_parts_fit" {
  assert {
    condition     = length(distinct([for function in module.function : function.service_account])) == 7
    error_message = "Two functions share a service account."
  }

  assert {
    condition     = alltrue([for function in module.function : function.build_config.service_account == google_service_account.build.id])
    error_message = "A function is built by another account than the one for that."
  }

  assert {
    condition = alltrue([
      for function in module.function : function.service_config.environment_variables.SITE_URL == "http://203.0.113.7"
      && function.service_config.environment_variables.IMAGE_BUCKET == output.image_bucket
    ])
    error_message = "A function is told of another site or of another bucket."
  }

  assert {
    condition = { for endpoint, function in local.functions : endpoint => function.images if try(function.images, "") != "" } == {
      upload = "write", delete = "write", cleanup = "write", image = "read", list = "read"
    }
    error_message = "The bucket is open to others than those who write (upload, delete, cleanup) and read (image, list)."
  }

  assert {
    condition     = module.schedule.audience == module.function["cleanup"].uri
    error_message = "The scheduler's token is not made out for cleanup."
  }

  assert {
    condition     = toset(keys(module.edge.backends)) == toset(["upload", "list", "rename", "delete", "image", "health"])
    error_message = "The load balancer leads to other endpoints than the six for visitors."
  }

  assert {
    condition     = output.site_url == "http://203.0.113.7" && output.ip_address == "203.0.113.7"
    error_message = "Without a domain the site is at the load balancer's address."
  }

  assert {
    condition     = strcontains(output.next_steps, "python -m infra.site gs://${output.site_bucket}")
    error_message = "Nobody is told how to publish the site."
  }
}

run "the_schedulers_account_alone_calls_cleanup" {
  module {
    source = "../../modules/schedule"
  }

  variables {
    name            = "a-scheduler"
    description     = "Cleans up"
    region          = "europe-west1"
    schedule        = "17 * * * *"
    service         = "a-cleanup"
    uri             = "https://cleanup.example"
    timeout_seconds = 120
  }

  assert {
    condition     = google_cloud_run_service_iam_binding.invokers.members == toset([google_service_account.this.member])
    error_message = "Others than the scheduler's account may call cleanup."
  }

  assert {
    condition     = google_cloud_scheduler_job.this.http_target[0].oidc_token[0].service_account_email == google_service_account.this.email
    error_message = "The scheduler calls as another account than may call."
  }

  assert {
    condition = (
      google_cloud_scheduler_job.this.http_target[0].http_method == "POST"
      && google_cloud_scheduler_job.this.http_target[0].uri == "https://cleanup.example"
      && google_cloud_scheduler_job.this.http_target[0].oidc_token[0].audience == "https://cleanup.example"
    )
    error_message = "The call is no POST to the service, or its token is made out for somebody else."
  }

  assert {
    condition     = google_cloud_scheduler_job.this.attempt_deadline == "120s"
    error_message = "The scheduler gives up sooner than the service, or waits for nobody."
  }
}
