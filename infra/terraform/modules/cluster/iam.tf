resource "google_service_account" "nodes" {
  account_id   = var.node_service_account
  display_name = "Nodes of the cluster ${var.name}"
}

# Only to write logs and metrics.
resource "google_project_iam_member" "nodes" {
  project = var.project_id
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.nodes.member
}
