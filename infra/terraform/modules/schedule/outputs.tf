output "job" {
  description = "The job's name."
  value       = google_cloud_scheduler_job.this.name
}

output "audience" {
  description = "For whom the job's token is made out."
  value       = google_cloud_scheduler_job.this.http_target[0].oidc_token[0].audience
}
