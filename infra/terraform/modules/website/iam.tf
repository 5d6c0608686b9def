# This role, unlike objectViewer, reads objects by their names without listing them.
resource "google_storage_bucket_iam_member" "public" {
  # checkov:skip=CKV_GCP_28: a site is public
  bucket = google_storage_bucket.this.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}
