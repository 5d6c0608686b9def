# What the functions are built from, by whom and where to. Without an account of its own a build runs as the Compute
# Engine default account, which has either far too many roles or, in newer organisations, none.
resource "google_storage_bucket" "source" {
  name                        = "${var.project_id}-${var.name}-source"
  location                    = local.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # the bundles can be made again from the sources
}

# Named by their content: another content is another object, and that is what deploys.
resource "google_storage_bucket_object" "bundle" {
  bucket = google_storage_bucket.source.name
  name   = basename(var.bundle)
  source = var.bundle
}

resource "google_storage_bucket_object" "bundle_with_model" {
  count = local.uses_model ? 1 : 0

  bucket = google_storage_bucket.source.name
  name   = basename(var.bundle_with_model)
  source = var.bundle_with_model
}

locals {
  bundle            = { bucket = google_storage_bucket.source.name, object = google_storage_bucket_object.bundle.name }
  bundle_with_model = { bucket = google_storage_bucket.source.name, object = one(google_storage_bucket_object.bundle_with_model[*].name) }
}

resource "google_artifact_registry_repository" "build" {
  repository_id = "${var.name}-functions"
  location      = var.region
  format        = "DOCKER"
  description   = "What Cloud Build makes of the functions"

  # Cloud Run has copies of its own of what is running.
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

# Cloud Functions copies a source into a bucket that it makes for itself, so there is none to grant this on: the
# condition stands for it, and keeps people's pictures out of reach.
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
