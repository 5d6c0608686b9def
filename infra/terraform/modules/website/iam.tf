# The load balancer's own account reads the site; nobody else does. Google creates that account with the project's
# first backend bucket, so the first apply may have to be repeated.
resource "google_storage_bucket_iam_member" "load_balancer" {
  bucket = google_storage_bucket.this.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:service-${google_storage_bucket.this.project_number}@https-lb.iam.gserviceaccount.com"

  depends_on = [google_compute_backend_bucket.this]
}
