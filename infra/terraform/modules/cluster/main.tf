# The original application created this cluster with one gcloud command. Differences:
# - a release channel instead of version 1.27.3, which is out of support;
# - Dataplane V2, which enforces NetworkPolicies;
# - Workload Identity, which gives pods their own service account instead of the node's;
# - larger nodes: an e2-micro has 1 GB for the system and a large picture together.
# Autoscaling of pods, HTTP load balancing and the disk driver, which it named too, are on by default.
resource "google_container_cluster" "this" {
  name                = var.name
  location            = var.location
  deletion_protection = var.deletion_protection

  # Null for the other kind of cluster, because the provider refuses even false.
  enable_autopilot         = var.autopilot ? true : null
  remove_default_node_pool = var.autopilot ? null : true
  initial_node_count       = var.autopilot ? null : 1
  datapath_provider        = var.autopilot ? null : "ADVANCED_DATAPATH"

  network         = var.network
  subnetwork      = var.subnetwork
  networking_mode = "VPC_NATIVE"
  ip_allocation_policy {}

  # For infra/gke-https; Autopilot has it anyway.
  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

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

  # Even the default pool, which is removed at once, must not use the Compute Engine default account.
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
    ignore_changes = [node_config] # after creation it describes the pool in nodes.tf
  }

  depends_on = [google_project_iam_member.nodes]
}

locals {
  workload_pool = "${var.project_id}.svc.id.goog"

  # The account's roles limit what a node may do.
  node_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
}
