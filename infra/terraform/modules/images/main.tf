resource "google_storage_bucket" "this" {
  name                        = var.name
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # A deleted picture can be restored for a week, in case a mistake deletes many; then it is gone. Older versions
  # would live on for ever.
  versioning {
    enabled = false
  }

  soft_delete_policy {
    retention_duration_seconds = 604800 # 7 days
  }

  # Browsers read large images here by signed URLs, some of them from scripts of the site.
  cors {
    origin          = var.site_origins
    method          = ["GET", "HEAD"]
    response_header = ["Content-Type", "Content-Length", "Content-Range", "ETag"]
    max_age_seconds = 3600
  }

  # Cleanup deletes a picture with its record on time. This rule covers a week in which it did not run.
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

  # A changed name, project or location would replace the bucket and lose every picture, so such a plan fails.
  lifecycle {
    prevent_destroy = true
  }
}
