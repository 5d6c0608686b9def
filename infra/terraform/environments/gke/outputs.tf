locals {
  get_credentials = "gcloud container clusters get-credentials ${module.cluster.name} --location ${module.cluster.location} --project ${var.project_id}"
  repository      = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.this.repository_id}"
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = module.cluster.name
}

output "location" {
  description = "Zone of the cluster, or its region with Autopilot."
  value       = module.cluster.location
}

output "get_credentials_command" {
  description = "Command that lets kubectl talk to the cluster."
  value       = local.get_credentials
}

output "image_repository" {
  description = "Repository of the image image-background-processor."
  value       = local.repository
}

output "image_bucket" {
  description = "Bucket of the pictures: IMAGE_BUCKET in the ConfigMap."
  value       = module.images.bucket
}

output "app_service_account" {
  description = "Service account of the application, for the annotation iam.gke.io/gcp-service-account of its Kubernetes account."
  value       = google_service_account.app.email
}

output "gateway_address" {
  description = "Address of the Gateway; the domain's A record points here."
  value       = one(google_compute_global_address.gateway[*].address)
}

output "dns_records" {
  description = "CNAME records to make before the certificates of the domains can be issued."
  value       = flatten(module.certificate[*].dns_records)
}

output "next_steps" {
  description = "What to do after an apply."
  value = join("\n", concat(
    [for record in flatten(module.certificate[*].dns_records) : "Make the DNS record: ${record.name} ${record.type} ${record.data}"],
    [for address in google_compute_global_address.gateway[*].address : "Once the certificate is ACTIVE, point an A record of ${var.domain} at ${address}"],
    ["Build and push the image: ${local.repository}/image-background-processor:TAG",
      "Talk to the cluster: ${local.get_credentials}",
      "Make the Secret my-secret once: infra/gke/secret.example.yaml has the command",
      "Write the rollout: terraform output -json > gke.json, then python -m infra.rollout --image ${local.repository}/image-background-processor:TAG --outputs gke.json${var.domain == "" ? "" : " --manifests infra/gke-https"}",
      "Roll it out: kubectl apply --kustomize dist/rollout",
    var.domain == "" ? "Open the address of: kubectl get service image-background-processor-lb" : "Open https://${var.domain}"],
  ))
}
