output "name" {
  description = "The name of the function and of the Cloud Run service under it."
  value       = google_cloudfunctions2_function.this.name
}

output "uri" {
  description = "The function's own https address."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
}

output "service_account" {
  description = "The IAM member that the function runs as."
  value       = google_service_account.this.member
}

output "invokers" {
  description = "Whom this module lets call the function."
  value       = google_cloud_run_service_iam_member.public[*].member
}

output "build_config" {
  description = "What the function is built from."
  value       = google_cloudfunctions2_function.this.build_config[0]
}

output "service_config" {
  description = "What the function runs with."
  value       = google_cloudfunctions2_function.this.service_config[0]
}
