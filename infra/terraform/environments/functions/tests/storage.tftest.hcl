# The two buckets: one that nobody may look into, one that everybody may read.
mock_provider "google" {}

variables {
  location     = "europe-west1"
  site_origins = ["https://pictures.example.com"]
  writers      = { upload = "serviceAccount:upload@a-project.iam.gserviceaccount.com" }
  readers      = { image = "serviceAccount:image@a-project.iam.gserviceaccount.com" }
}

run "images_are_private_and_gone_when_deleted" {
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
    error_message = "The pictures could be made public."
  }

  assert {
    condition     = google_storage_bucket.this.soft_delete_policy[0].retention_duration_seconds == 0 && !google_storage_bucket.this.versioning[0].enabled
    error_message = "A deleted picture is kept somewhere."
  }

  assert {
    condition     = google_storage_bucket.this.lifecycle_rule[*].condition[0].age == tolist([37])
    error_message = "The second line of defence is not a week behind the first."
  }

  assert {
    condition     = google_storage_bucket.this.cors[0].origin == tolist(["https://pictures.example.com"]) && toset(google_storage_bucket.this.cors[0].method) == toset(["GET", "HEAD"])
    error_message = "Pages of other sites may read, or the site's may do more than that."
  }

  assert {
    condition     = { for writer in google_storage_bucket_iam_member.writers : writer.role => writer.member } == { "roles/storage.objectUser" = var.writers.upload }
    error_message = "Who writes does not have the role for that alone."
  }

  assert {
    condition     = { for reader in google_storage_bucket_iam_member.readers : reader.role => reader.member } == { "roles/storage.objectViewer" = var.readers.image }
    error_message = "Who reads does not have the role for that alone."
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
    error_message = "The bucket deletes what the application keeps."
  }
}

run "the_site_is_read_by_all_and_listed_by_none" {
  command = plan

  module {
    source = "../../modules/website"
  }

  variables {
    name   = "site"
    bucket = "site"
    https  = true
  }

  assert {
    condition     = google_storage_bucket_iam_member.public.member == "allUsers" && google_storage_bucket_iam_member.public.role == "roles/storage.legacyObjectReader"
    error_message = "The site is not readable, or can be listed."
  }

  assert {
    condition     = google_storage_bucket.this.website[0].main_page_suffix == "index.html" && google_storage_bucket.this.website[0].not_found_page == "404.html"
    error_message = "There is no page at / or none for what is not there."
  }

  assert {
    condition = toset([for header in google_compute_backend_bucket.this.custom_response_headers : split(": ", header)[0]]) == toset([
      "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security",
    ])
    error_message = "A security header is missing on https."
  }
}

run "plain_http_is_not_insisted_on" {
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
    error_message = "Browsers would insist on an https that is not there."
  }
}
