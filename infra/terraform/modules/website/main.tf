# Publishing fills this bucket again at any time, so it may be deleted with the rest.
resource "google_storage_bucket" "this" {
  name                        = var.bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true
}

resource "google_compute_backend_bucket" "this" {
  name        = var.name
  description = "The site"
  bucket_name = google_storage_bucket.this.name
  enable_cdn  = true

  # Each file has a Cache-Control of its own, and text is stored compressed: python -m infra.site sets both.
  cdn_policy {
    cache_mode = "USE_ORIGIN_HEADERS"
  }

  custom_response_headers = local.response_headers
}
