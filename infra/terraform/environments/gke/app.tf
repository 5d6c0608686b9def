# The pods act as this account: Workload Identity maps the Kubernetes service account of infra/gke to it.
resource "google_service_account" "app" {
  account_id   = "${var.name}-app"
  display_name = "The application in the cluster ${var.name}"
}

resource "google_service_account_iam_member" "app_is_pods" {
  service_account_id = google_service_account.app.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${module.cluster.workload_pool}[default/image-background-processor]"
}

# Without a key file, the IAM Credentials API signs URLs on behalf of this account.
resource "google_service_account_iam_member" "app_signs_as_itself" {
  service_account_id = google_service_account.app.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.app.member
}
