# The functions' sources, the account that builds them, and the repository of the results. Without its own account a
# build runs as the Compute Engine default account, which has far too many roles or, in newer organisations, none.
resource "google_storage_bucket" "source" {
  name                        = "${var.project_id}-${var.name}-source"
  location                    = local.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # bundles can be rebuilt from the repository

  lifecycle_rule {
    condition {
      age = 365
    }
    action {
      type = "Delete"
    }
  }
}

# A bundle is named after its content, so new content makes a new object, which makes Terraform deploy. Earlier
# bundles stay in the bucket for a year, for rollbacks.
resource "google_storage_bucket_object" "bundle" {
  bucket          = google_storage_bucket.source.name
  name            = basename(var.bundle)
  source          = var.bundle
  deletion_policy = "ABANDON"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.bundle != ""
      error_message = "bundle must be the file that python -m infra.bundle made."
    }
  }
}

resource "google_storage_bucket_object" "bundle_with_model" {
  count = local.uses_model ? 1 : 0

  bucket          = google_storage_bucket.source.name
  name            = basename(var.bundle_with_model)
  source          = var.bundle_with_model
  deletion_policy = "ABANDON"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.bundle_with_model != ""
      error_message = "remover names local, so bundle_with_model must be the file that python -m infra.bundle --model made."
    }
  }
}

locals {
  bundle            = { bucket = google_storage_bucket.source.name, object = google_storage_bucket_object.bundle.name }
  bundle_with_model = { bucket = google_storage_bucket.source.name, object = one(google_storage_bucket_object.bundle_with_model[*].name) }
}

resource "google_artifact_registry_repository" "build" {
  repository_id = "${var.name}-functions"
  location      = var.region
  format        = "DOCKER"
  description   = "Containers that Cloud Build makes of the functions"

  # Cloud Run keeps its own copy of what is running.
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 3
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }
}

resource "google_service_account" "build" {
  account_id   = "${var.name}-build"
  display_name = "Builds the functions"
}

resource "google_project_iam_member" "build_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Cloud Functions copies a source to a bucket that it creates itself, so this role is granted on the project, with a
# condition that keeps people's pictures out of reach.
resource "google_project_iam_member" "build_reads_source" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title       = "sources of functions"
    expression  = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\") || resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.source.name}\")"
    description = "The bucket of Cloud Functions, and the one that it copies from"
  }
}

resource "google_artifact_registry_repository_iam_member" "build_writes_images" {
  location   = google_artifact_registry_repository.build.location
  repository = google_artifact_registry_repository.build.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
