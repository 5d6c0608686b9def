# Wrong values are refused before anything is made: each of those listed.
mock_provider "google" {}

run "mistakes_are_refused" {
  command = plan

  variables {
    project_id            = "My Project"
    region                = "europe-west1-c"
    name                  = "a-name-that-makes-the-others-too-long"
    domain                = "https://pictures.example.com/"
    bundle                = "functions.zip"
    remover               = "local,rapidapi"
    secret_names          = { MONGO_URI = "mongo-uri" }
    x_rapid_api_host      = "https://background-removal.p.rapidapi.com"
    mongo_db              = "a database"
    user_limit            = 0
    retention_days        = 1.5
    max_upload_mb         = 32
    max_megapixels        = 200
    max_instances         = 0
    rate_limit_per_minute = 10
    cleanup_schedule      = "hourly"
    alert_email           = "nobody"
    log_level             = "debug"
    billing_account       = "mine"
  }

  expect_failures = [
    var.project_id, var.region, var.name, var.domain, var.bundle, var.remover, var.secret_names, var.x_rapid_api_host,
    var.mongo_db, var.user_limit, var.retention_days, var.max_upload_mb,
    var.max_megapixels, var.max_instances, var.rate_limit_per_minute, var.cleanup_schedule, var.alert_email, var.log_level,
    var.billing_account,
  ]
}

run "mistakes_beside_right_values_are_refused" {
  command = plan

  variables {
    project_id      = "a-project"
    bundle          = "dist/functions-0123456789ab.zip"
    domain          = "pictures.example.com"
    other_domains   = ["https://pictures.example.com/"]
    billing_account = "012345-6789AB-CDEF01"
    monthly_budget  = -1
  }

  expect_failures = [var.other_domains, var.monthly_budget]
}

run "values_that_do_not_go_together_are_refused" {
  command = plan

  variables {
    project_id            = "a-project"
    bundle                = "dist/functions-0123456789ab.zip"
    rate_limit_per_minute = 300
    secret_versions       = { "mongo-uri" = "2" }
    other_domains         = ["pictures.example.com"]
    monthly_budget        = 100
  }

  expect_failures = [var.rate_limit_per_minute, var.secret_versions, var.other_domains, var.monthly_budget]
}

run "an_apply_without_its_bundles_is_refused" {
  command = plan

  variables {
    project_id = "a-project"
    remover    = "local"
  }

  expect_failures = [google_storage_bucket_object.bundle, google_storage_bucket_object.bundle_with_model]
}

run "unpinned_secrets_and_public_internal_functions_are_refused" {
  command = plan

  module {
    source = "../../modules/function"
  }

  variables {
    project_id            = "a-project"
    region                = "europe-west1"
    name                  = "a-function"
    account               = "an-account"
    description           = "Does something"
    entry_point           = "something"
    bundle                = { bucket = "source", object = "functions-0123456789ab.zip" }
    build_service_account = "projects/a-project/serviceAccounts/build@a-project.iam.gserviceaccount.com"
    build_repository      = "projects/a-project/locations/europe-west1/repositories/functions"
    secrets               = { MONGO_URI = { name = "mongo-uri", version = "latest" } }
    ingress               = "ALLOW_INTERNAL_ONLY"
    public                = true
  }

  expect_failures = [var.secrets, var.public]
}
