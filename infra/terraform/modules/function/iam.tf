resource "google_service_account" "this" {
  account_id   = var.account
  display_name = "Runs the function ${var.name}"
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = var.secrets

  secret_id = each.value.name
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this.member
}

# Without a key file, the IAM Credentials API signs URLs on behalf of this account.
resource "google_service_account_iam_member" "signs_as_itself" {
  count = var.signs_urls ? 1 : 0

  service_account_id = google_service_account.this.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.this.member
}

# Visitors have no Google account, and the load balancer does not authenticate itself either.
resource "google_cloud_run_service_iam_member" "public" {
  # checkov:skip=CKV_GCP_102: the public endpoints are meant for everybody; cleanup is not one of them
  count = var.public && var.all_users ? 1 : 0

  location = google_cloudfunctions2_function.this.location
  service  = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
