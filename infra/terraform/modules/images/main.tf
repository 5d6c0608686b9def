resource "google_storage_bucket" "this" {
  name                        = var.name
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # The operator can restore deleted pictures for a week, for example after a mistake. Versioning would keep old
  # versions for ever.
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

  # Cleanup deletes a picture with its record on time. This rule applies a week later, if cleanup did not run.
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

  # A new name, project or location would replace the bucket and lose all pictures, so such a plan fails.
  lifecycle {
    prevent_destroy = true
  }
}
