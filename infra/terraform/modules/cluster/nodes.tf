resource "google_container_node_pool" "this" {
  count = var.autopilot ? 0 : 1

  name       = "default"
  cluster    = google_container_cluster.this.id
  node_count = var.node_count

  node_config {
    machine_type    = var.machine_type
    image_type      = "COS_CONTAINERD"
    disk_type       = "pd-balanced"
    disk_size_gb    = 30 # with the original's 10 the system leaves 4 for images and logs
    service_account = google_service_account.nodes.email
    oauth_scopes    = local.node_scopes
    metadata        = { disable-legacy-endpoints = "true" }

    shielded_instance_config {
      enable_integrity_monitoring = true
      enable_secure_boot          = true
    }

    # Pods get tokens of their own accounts, never of the node's.
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  upgrade_settings {
    max_surge       = 1
    max_unavailable = 0
  }
}
