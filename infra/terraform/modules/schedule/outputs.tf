output "workflow" {
  description = "Name of the workflow that each run of the schedule starts."
  value       = google_workflows_workflow.this.name
}

output "job" {
  description = "Name of the Cloud Scheduler job."
  value       = google_cloud_scheduler_job.this.name
}
