output "name" {
  description = "Name of the cluster."
  value       = google_container_cluster.this.name
}

output "location" {
  description = "Zone or region of the cluster."
  value       = google_container_cluster.this.location
}

output "node_service_account" {
  description = "IAM member that pulls the images and writes logs and metrics."
  value       = google_service_account.nodes.member
}

output "workload_pool" {
  description = "Pool of identities of the cluster's Kubernetes service accounts; known once the cluster exists."
  value       = local.workload_pool
  depends_on  = [google_container_cluster.this]
}
