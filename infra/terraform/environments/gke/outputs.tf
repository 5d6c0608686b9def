locals {
  get_credentials = "gcloud container clusters get-credentials ${module.cluster.name} --location ${module.cluster.location} --project ${var.project_id}"
  repository      = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.this.repository_id}"
}

output "cluster_name" {
  description = "The cluster's name."
  value       = module.cluster.name
}

output "location" {
  description = "The cluster's zone, or region with Autopilot."
  value       = module.cluster.location
}

output "get_credentials_command" {
  description = "The command after which kubectl talks to the cluster."
  value       = local.get_credentials
}

output "image_repository" {
  description = "What the image's name begins with: the image is image-background-processor in here."
  value       = local.repository
}

output "image_bucket" {
  description = "The bucket of the pictures: IMAGE_BUCKET in the ConfigMap."
  value       = module.images.bucket
}

output "app_service_account" {
  description = "The application's service account, for the annotation iam.gke.io/gcp-service-account of its Kubernetes one."
  value       = google_service_account.app.email
}

output "next_steps" {
  description = "What to do after an apply."
  value = join("\n", [
    "Build and push the image: ${local.repository}/image-background-processor:TAG",
    "Talk to the cluster: ${local.get_credentials}",
    "Make the Secret my-secret once: infra/gke/secret.example.yaml has the command",
    "Write the rollout: terraform output -json > gke.json, then python -m infra.rollout --image ${local.repository}/image-background-processor:TAG --outputs gke.json",
    "Roll it out: kubectl apply --kustomize dist/rollout",
    "Open the address of: kubectl get service image-background-processor-lb",
  ])
}
