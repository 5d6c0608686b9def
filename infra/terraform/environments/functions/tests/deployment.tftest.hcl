# How the modules fit together, in the one run that applies everything.
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
  # Otherwise prevent_destroy would keep Terraform from destroying the bucket after the test.
  override_module {
    target  = module.images
    outputs = { bucket = "a-project-background-remover-images" }
  }

  assert {
    condition     = length(distinct([for function in module.function : function.service_account])) == 9
    error_message = "Each function must have a service account of its own."
  }

  assert {
    condition     = alltrue([for function in module.function : function.build_config.service_account == google_service_account.build.id])
    error_message = "Every function must be built by the account for builds."
  }

  assert {
    condition = alltrue([
      for function in module.function : function.service_config.environment_variables.SITE_URL == "http://203.0.113.7"
      && function.service_config.environment_variables.IMAGE_BUCKET == output.image_bucket
    ])
    error_message = "Every function must have the address of this site and the name of this bucket."
  }

  assert {
    condition = { for endpoint, function in local.functions : endpoint => function.images if try(function.images, "") != "" } == {
      upload = "write", matte = "write", delete = "write", cleanup = "write", image = "read", list = "read"
    }
    error_message = "Only upload, matte, delete and cleanup may write to the bucket, and only image and list may read it."
  }

  assert {
    condition     = toset(keys(local.endpoints)) == toset(["upload", "list", "rename", "delete", "image", "matte", "removebg", "health"])
    error_message = "The load balancer must lead to the public endpoints and to no other."
  }

  assert {
    condition     = output.site_url == "http://203.0.113.7" && output.ip_address == "203.0.113.7"
    error_message = "Without a domain the site must be at the load balancer's address."
  }

  assert {
    condition     = strcontains(output.next_steps, "python -m infra.site gs://${output.site_bucket}")
    error_message = "next_steps must have the command that publishes the site."
  }
}

run "an_organisation_without_all_users" {
  command = plan

  variables {
    all_users = false
  }

  assert {
    condition     = alltrue([for function in module.function : length(function.invokers) == 0])
    error_message = "allUsers is granted access although all_users is false."
  }

  assert {
    condition     = toset(regexall("update (\\w+) ", output.open_commands)[*][0]) == toset(keys(local.endpoints))
    error_message = "The commands must open every public function, and cleanup never."
  }
}

run "only_the_workflow_calls_cleanup" {
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
    error_message = "Only the workflow's account may call cleanup."
  }

  assert {
    condition     = google_workflows_workflow.this.service_account == google_service_account.this.id
    error_message = "The workflow must call as the account that may."
  }

  assert {
    condition = (
      google_cloud_scheduler_job.this.http_target[0].oauth_token[0].service_account_email == google_service_account.this.email
      && google_cloud_scheduler_job.this.http_target[0].http_method == "POST"
      && google_cloud_scheduler_job.this.http_target[0].uri == "https://workflowexecutions.googleapis.com/v1/${google_workflows_workflow.this.id}/executions"
    )
    error_message = "The schedule must start the workflow, as the account that may."
  }

  assert {
    condition     = google_project_iam_member.starts_workflow.member == google_service_account.this.member && google_project_iam_member.starts_workflow.role == "roles/workflows.invoker"
    error_message = "The schedule's account must be allowed to start the workflow, and no more."
  }

  assert {
    condition     = jsondecode(google_workflows_workflow.this.source_contents).main.steps[1].clean.try.args == { url = "https://cleanup.example", timeout = 120, auth = { type = "OIDC", audience = "https://cleanup.example" } }
    error_message = "The call must go to the service, with a token for it, and wait as long as the service may take."
  }

  assert {
    condition     = jsondecode(google_workflows_workflow.this.source_contents).main.steps[2].again.switch[0] == { condition = "$${answer.body.more and sys.now() < until}", next = "clean" }
    error_message = "The workflow must call again while there is more to clean up."
  }
}
