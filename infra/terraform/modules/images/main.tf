resource "google_storage_bucket" "this" {
  name                        = var.name
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # These are people's pictures: what they delete is gone, and not for some days still there to be brought back.
  # Hence neither versions nor a soft delete, which a new bucket has for seven days.
  versioning {
    enabled = false
  }

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  # Large images are read from here by signed URLs, some of them by scripts of the site.
  cors {
    origin          = var.site_origins
    method          = ["GET", "HEAD"]
    response_header = ["Content-Type", "Content-Length", "Content-Range", "ETag"]
    max_age_seconds = 3600
  }

  # Cleanup deletes pictures on time, record and all. This is for a week in which it did not run.
  dynamic "lifecycle_rule" {
    for_each = var.retention_days > 0 ? [var.retention_days + 7] : []
    content {
      condition {
        age = lifecycle_rule.value
      }
      action {
        type = "Delete"
      }
    }
  }
}
