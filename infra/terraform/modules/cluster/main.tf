# What the original application made with one gcloud command, and what has changed since:
# - a release channel in place of version 1.27.3, which is out of support;
# - Dataplane V2, without which nothing enforces a NetworkPolicy;
# - Workload Identity, by which a pod is a service account of its own and none is the node's;
# - nodes with room for the pods: an e2-micro has 1 GB for the system and one large picture together.
# Autoscaling of pods, HTTP load balancing and the disk driver, which it named too, are there by default.
resource "google_container_cluster" "this" {
  name                = var.name
  location            = var.location
  deletion_protection = var.deletion_protection

  # Null where the other kind of cluster decides for itself: the provider refuses even a false.
  enable_autopilot         = var.autopilot ? true : null
  remove_default_node_pool = var.autopilot ? null : true
  initial_node_count       = var.autopilot ? null : 1
  datapath_provider        = var.autopilot ? null : "ADVANCED_DATAPATH"

  network         = var.network
  subnetwork      = var.subnetwork
  networking_mode = "VPC_NATIVE"
  ip_allocation_policy {}

  release_channel {
    channel = "REGULAR"
  }

  logging_config {
    enable_components = ["SYSTEM_COMPONENTS", "WORKLOADS"]
  }

  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS"]

    managed_prometheus {
      enabled = true
    }
  }

  security_posture_config {
    mode               = "BASIC"
    vulnerability_mode = "VULNERABILITY_DISABLED"
  }

  dynamic "workload_identity_config" {
    for_each = var.autopilot ? [] : [local.workload_pool]
    content {
      workload_pool = workload_identity_config.value
    }
  }

  # Not even the pool that is removed at once may need the Compute Engine default account.
  dynamic "node_config" {
    for_each = var.autopilot ? [] : [google_service_account.nodes.email]
    content {
      service_account = node_config.value
      oauth_scopes    = local.node_scopes
    }
  }

  dynamic "cluster_autoscaling" {
    for_each = var.autopilot ? [google_service_account.nodes.email] : []
    content {
      auto_provisioning_defaults {
        service_account = cluster_autoscaling.value
        oauth_scopes    = local.node_scopes
      }
    }
  }

  lifecycle {
    ignore_changes = [node_config] # from here on it shows the pool in nodes.tf
  }

  depends_on = [google_project_iam_member.nodes]
}

locals {
  workload_pool = "${var.project_id}.svc.id.goog"

  # What a node may do is said by its account's roles.
  node_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
}
