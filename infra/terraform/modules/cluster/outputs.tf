output "name" {
  description = "The cluster's name."
  value       = google_container_cluster.this.name
}

output "location" {
  description = "The cluster's zone or region."
  value       = google_container_cluster.this.location
}

output "node_service_account" {
  description = "The IAM member that pulls the images and writes logs and metrics."
  value       = google_service_account.nodes.member
}

output "workload_pool" {
  description = "The pool of identities that the cluster's Kubernetes service accounts belong to, once there is a cluster."
  value       = local.workload_pool
  depends_on  = [google_container_cluster.this]
}
