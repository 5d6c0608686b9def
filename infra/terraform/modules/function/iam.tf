resource "google_service_account" "this" {
  account_id   = var.name
  display_name = "Runs the function ${var.name}"
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = var.secrets

  secret_id = each.value.name
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this.member
}

# Signing a URL without a key file is asking the IAM Credentials API to sign as this very account.
resource "google_service_account_iam_member" "signs_as_itself" {
  count = var.signs_urls ? 1 : 0

  service_account_id = google_service_account.this.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.this.member
}

# Visitors have no Google account, and the load balancer does not vouch for anybody either.
resource "google_cloud_run_service_iam_member" "public" {
  # checkov:skip=CKV_GCP_102: the endpoints are for everybody, and cleanup has none of these
  count = var.public ? 1 : 0

  location = google_cloudfunctions2_function.this.location
  service  = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
