output "name" {
  description = "Name of the function and of its Cloud Run service."
  value       = google_cloudfunctions2_function.this.name
}

output "uri" {
  description = "Https address of the function."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
}

output "service_account" {
  description = "IAM member that the function runs as."
  value       = google_service_account.this.member
}

output "invokers" {
  description = "IAM members that this module allows to call the function."
  value       = google_cloud_run_service_iam_member.public[*].member
}

output "build_config" {
  description = "Build configuration of the function."
  value       = google_cloudfunctions2_function.this.build_config[0]
}

output "service_config" {
  description = "Service configuration of the function."
  value       = google_cloudfunctions2_function.this.service_config[0]
}
