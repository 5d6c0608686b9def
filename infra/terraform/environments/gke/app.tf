# What the pods are to Google: the Kubernetes service account of infra/gke is this one, by Workload Identity.
resource "google_service_account" "app" {
  account_id   = "${var.name}-app"
  display_name = "The application in the cluster ${var.name}"
}

resource "google_service_account_iam_member" "app_is_pods" {
  service_account_id = google_service_account.app.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${module.cluster.workload_pool}[default/image-background-processor]"
}

# Signing a URL without a key file is asking the IAM Credentials API to sign as this very account.
resource "google_service_account_iam_member" "app_signs_as_itself" {
  service_account_id = google_service_account.app.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.app.member
}
