# The buckets of the pictures and of the site, neither of them public.
mock_provider "google" {}

variables {
  location     = "europe-west1"
  site_origins = ["https://pictures.example.com"]
  writers      = { upload = "serviceAccount:upload@a-project.iam.gserviceaccount.com" }
  readers      = { image = "serviceAccount:image@a-project.iam.gserviceaccount.com" }
}

run "images_are_private_and_deleted_for_good_after_a_week" {
  command = plan

  module {
    source = "../../modules/images"
  }

  variables {
    name           = "images"
    retention_days = 30
  }

  assert {
    condition     = google_storage_bucket.this.public_access_prevention == "enforced" && google_storage_bucket.this.uniform_bucket_level_access
    error_message = "It must be impossible to make the pictures public."
  }

  assert {
    condition     = google_storage_bucket.this.soft_delete_policy[0].retention_duration_seconds == 7 * 24 * 3600 && !google_storage_bucket.this.versioning[0].enabled
    error_message = "A deleted picture must be kept for seven days, and no longer."
  }

  assert {
    condition     = google_storage_bucket.this.lifecycle_rule[*].condition[0].age == tolist([37])
    error_message = "The bucket must delete pictures a week after the application should have."
  }

  assert {
    condition     = google_storage_bucket.this.cors[0].origin == tolist(["https://pictures.example.com"]) && toset(google_storage_bucket.this.cors[0].method) == toset(["GET", "HEAD"])
    error_message = "Only the site's pages may read by script, and none may write."
  }

  assert {
    condition     = { for writer in google_storage_bucket_iam_member.writers : writer.role => writer.member } == { "roles/storage.objectUser" = var.writers.upload }
    error_message = "A writer must have the role for writing and no other."
  }

  assert {
    condition     = { for reader in google_storage_bucket_iam_member.readers : reader.role => reader.member } == { "roles/storage.objectViewer" = var.readers.image }
    error_message = "A reader must have the role for reading and no other."
  }
}

run "images_kept_for_ever_are_not_deleted" {
  command = plan

  module {
    source = "../../modules/images"
  }

  variables {
    name           = "images"
    retention_days = 0
  }

  assert {
    condition     = length(google_storage_bucket.this.lifecycle_rule) == 0
    error_message = "With retention_days = 0 the bucket must delete nothing."
  }
}

run "only_the_load_balancer_reads_the_site" {
  command = plan

  module {
    source = "../../modules/website"
  }

  variables {
    name   = "site"
    bucket = "site"
    https  = true
  }

  override_resource {
    target = google_storage_bucket.this
    values = { project_number = 123456789012 }
  }

  assert {
    condition     = google_storage_bucket.this.public_access_prevention == "enforced"
    error_message = "The site's bucket must not be public: some organisations forbid it."
  }

  assert {
    condition     = google_storage_bucket_iam_member.load_balancer.role == "roles/storage.objectViewer"
    error_message = "The load balancer must be able to read the site, and no more."
  }

  assert {
    condition = toset([for header in google_compute_backend_bucket.this.custom_response_headers : split(": ", header)[0]]) == toset([
      "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security",
    ])
    error_message = "A security header is missing on https."
  }
}

run "plain_http_sets_no_hsts" {
  command = plan

  module {
    source = "../../modules/website"
  }

  variables {
    name   = "site"
    bucket = "site"
    https  = false
  }

  assert {
    condition     = !anytrue([for header in google_compute_backend_bucket.this.custom_response_headers : startswith(header, "Strict-Transport-Security")])
    error_message = "Without https, browsers must not be told to insist on it."
  }
}
