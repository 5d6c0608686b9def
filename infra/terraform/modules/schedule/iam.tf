resource "google_service_account" "this" {
  account_id   = var.name
  display_name = "Calls ${var.service} on a schedule"
}

# A binding, not a member: whoever else was let in is put out again.
resource "google_cloud_run_service_iam_binding" "invokers" {
  location = var.region
  service  = var.service
  role     = "roles/run.invoker"
  members  = [google_service_account.this.member]
}
