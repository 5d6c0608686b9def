variable "project_id" {
  description = "Project of the service."
  type        = string
}

variable "name" {
  description = "Name of the job, of the workflow and of their service account."
  type        = string
}

variable "description" {
  description = "Purpose of the job, as the console shows it."
  type        = string
}

variable "region" {
  description = "Region of the job, the workflow and the service."
  type        = string
}

variable "schedule" {
  description = "Times of the runs in cron syntax, UTC."
  type        = string
}

variable "service" {
  description = "Cloud Run service that the workflow calls, and nobody else may."
  type        = string
}

variable "uri" {
  description = "Https address of the service, which is also its tokens' audience; internal ingress accepts no other."
  type        = string
}

variable "timeout_seconds" {
  description = "Seconds that one call of the service may take."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 15 && var.timeout_seconds <= 1800
    error_message = "timeout_seconds must be from 15 to 1800, the longest that a workflow waits for an answer."
  }
}
