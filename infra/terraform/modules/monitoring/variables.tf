variable "project_id" {
  description = "The project."
  type        = string
}

variable "name" {
  description = "What the alerts' names begin with."
  type        = string
}

variable "site_url" {
  description = "The site's address, whose /api/health is asked."
  type        = string
}

variable "url_map" {
  description = "The load balancer's URL map."
  type        = string
}

variable "upload_backend" {
  description = "The load balancer's backend for uploads, which may take longer than the rest."
  type        = string
}

variable "upload_service" {
  description = "The Cloud Run service that takes uploads."
  type        = string
}

variable "cleanup_job" {
  description = "The Cloud Scheduler job that cleans up."
  type        = string
}

variable "alert_email" {
  description = "Who is told; with nobody given, incidents are to be seen in the console alone."
  type        = string
}
