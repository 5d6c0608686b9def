# What is in here can be published again at any time, so the bucket goes with the rest.
resource "google_storage_bucket" "this" {
  # checkov:skip=CKV_GCP_114: a site is public
  name                        = var.bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
  force_destroy               = true

  website {
    main_page_suffix = "index.html"
    not_found_page   = "404.html"
  }
}

resource "google_compute_backend_bucket" "this" {
  name        = var.name
  description = "The site"
  bucket_name = google_storage_bucket.this.name
  enable_cdn  = true

  # Every file says itself how long it is good for, and the text among them is stored compressed already:
  # python -m infra.site sees to both.
  cdn_policy {
    cache_mode = "USE_ORIGIN_HEADERS"
  }

  custom_response_headers = local.response_headers
}
