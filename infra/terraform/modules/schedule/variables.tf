variable "name" {
  description = "The job's name, also its service account's."
  type        = string
}

variable "description" {
  description = "What the job is for, for those who see it in the console."
  type        = string
}

variable "region" {
  description = "The region of the job and of the service."
  type        = string
}

variable "schedule" {
  description = "When it runs, as in cron, in UTC."
  type        = string
}

variable "service" {
  description = "The Cloud Run service that is called, by nobody else."
  type        = string
}

variable "uri" {
  description = "The service's own https address, for which the token is made out; internal ingress lets only this one pass."
  type        = string
}

variable "timeout_seconds" {
  description = "How long the service may take."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 15 && var.timeout_seconds <= 1800
    error_message = "timeout_seconds has to be from 15 to 1800, as long as Cloud Scheduler waits for an answer."
  }
}
