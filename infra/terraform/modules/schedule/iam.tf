resource "google_service_account" "this" {
  account_id   = var.name
  display_name = "Calls ${var.service} on a schedule"
}

# A binding replaces all other members, so nobody else can call the service.
resource "google_cloud_run_service_iam_binding" "invokers" {
  location = var.region
  service  = var.service
  role     = "roles/run.invoker"
  members  = [google_service_account.this.member]
}

# Google has no narrower grant than the project for starting a workflow.
resource "google_project_iam_member" "starts_workflow" {
  project = var.project_id
  role    = "roles/workflows.invoker"
  member  = google_service_account.this.member
}
