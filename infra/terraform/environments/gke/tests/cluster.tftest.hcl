# The cluster, the account of its pods, and the places of their images and pictures.
mock_provider "google" {
  mock_resource "google_certificate_manager_dns_authorization" {
    defaults = { dns_resource_record = [{ name = "_acme-challenge.pictures.example.com.", type = "CNAME", data = "a.authorize.certificatemanager.goog." }] }
  }
}

variables {
  project_id = "a-project"
}

run "the_pods_are_one_account_with_few_roles" {
  # Otherwise prevent_destroy would keep Terraform from destroying the bucket after the test.
  override_module {
    target  = module.images
    outputs = { bucket = "a-project-background-image-processor-images" }
  }

  assert {
    condition     = google_service_account_iam_member.app_is_pods.member == "serviceAccount:a-project.svc.id.goog[default/image-background-processor]" && google_service_account_iam_member.app_is_pods.role == "roles/iam.workloadIdentityUser"
    error_message = "The pods' Kubernetes service account must act as the application's account."
  }

  assert {
    condition     = google_service_account_iam_member.app_signs_as_itself.member == google_service_account.app.member && google_service_account_iam_member.app_signs_as_itself.service_account_id == google_service_account.app.name
    error_message = "The application must sign URLs as itself."
  }

  assert {
    condition     = google_artifact_registry_repository_iam_member.nodes_pull.member == module.cluster.node_service_account && google_artifact_registry_repository_iam_member.nodes_pull.role == "roles/artifactregistry.reader"
    error_message = "The nodes must be able to pull the images, and no more."
  }

  assert {
    condition     = output.image_repository == "europe-west1-docker.pkg.dev/a-project/image-background-remover"
    error_message = "The image must be where infra/gke expects it."
  }

  assert {
    condition     = output.cluster_name == "background-image-processor" && output.location == "europe-west1-c"
    error_message = "The cluster must have the original's name and zone."
  }

  assert {
    condition     = strcontains(output.get_credentials_command, "--location europe-west1-c") && strcontains(output.next_steps, "infra.rollout --image ${output.image_repository}/image-background-processor:TAG")
    error_message = "next_steps must have the commands of the next steps."
  }
}

run "nodes_of_our_own" {
  module {
    source = "../../modules/cluster"
  }

  variables {
    name                 = "a-cluster"
    location             = "europe-west1-c"
    autopilot            = false
    machine_type         = "e2-standard-2"
    node_count           = 3
    node_service_account = "a-cluster-gke"
    network              = "default"
    subnetwork           = "default"
    deletion_protection  = true
  }

  assert {
    condition     = google_container_cluster.this.datapath_provider == "ADVANCED_DATAPATH" && google_container_cluster.this.workload_identity_config[0].workload_pool == "a-project.svc.id.goog"
    error_message = "NetworkPolicies must be enforced, and pods must have an account of their own."
  }

  assert {
    condition     = google_container_cluster.this.enable_autopilot == null && google_container_cluster.this.remove_default_node_pool
    error_message = "The nodes must be those of the pool below."
  }

  assert {
    condition = (
      google_container_node_pool.this[0].node_count == 3
      && google_container_node_pool.this[0].node_config[0].service_account == google_service_account.nodes.email
      && google_container_node_pool.this[0].node_config[0].workload_metadata_config[0].mode == "GKE_METADATA"
      && google_container_node_pool.this[0].upgrade_settings[0].max_surge == 1
      && google_container_node_pool.this[0].upgrade_settings[0].max_unavailable == 0
    )
    error_message = "Pods must not get the nodes' account, and an upgrade must add a node before it removes one."
  }

  assert {
    condition     = google_project_iam_member.nodes.role == "roles/container.defaultNodeServiceAccount"
    error_message = "The nodes' account must have the role for nodes and no other."
  }
}

run "nodes_of_google" {
  module {
    source = "../../modules/cluster"
  }

  variables {
    name                 = "a-cluster"
    location             = "europe-west1"
    autopilot            = true
    machine_type         = "e2-standard-2"
    node_count           = 3
    node_service_account = "a-cluster-gke"
    network              = "default"
    subnetwork           = "default"
    deletion_protection  = false
  }

  assert {
    condition     = google_container_cluster.this.enable_autopilot && length(google_container_node_pool.this) == 0
    error_message = "Autopilot must have no node pool."
  }

  assert {
    condition     = google_container_cluster.this.cluster_autoscaling[0].auto_provisioning_defaults[0].service_account == google_service_account.nodes.email
    error_message = "Autopilot's nodes must not run as the Compute Engine default account."
  }
}

run "with_a_domain" {
  override_module {
    target  = module.images
    outputs = { bucket = "a-project-background-image-processor-images" }
  }

  variables {
    domain = "pictures.example.com"
  }

  assert {
    condition     = google_compute_global_address.gateway[0].name == var.name && module.certificate[0].map_name == var.name
    error_message = "The address and the certificate map must have the names that infra/gke-https uses."
  }

  assert {
    condition     = strcontains(output.next_steps, "--manifests infra/gke-https") && strcontains(output.next_steps, "_acme-challenge.pictures.example.com. CNAME a.authorize")
    error_message = "next_steps must lead to https."
  }
}

run "mistakes_are_refused" {
  command = plan

  variables {
    project_id     = "My Project"
    region         = "europe"
    machine_type   = "e2-micro"
    node_count     = 0
    site_origins   = ["https://pictures.example.com/"]
    retention_days = -1
    domain         = "https://pictures.example.com/"
  }

  expect_failures = [
    var.project_id, var.region, var.machine_type, var.node_count, var.site_origins, var.retention_days, var.domain,
  ]
}

run "values_that_do_not_go_together_are_refused" {
  command = plan

  variables {
    project_id = "a-project-with-thirty-letters1"
    zone       = "us-central1-a"
  }

  expect_failures = [var.zone, var.name]
}
