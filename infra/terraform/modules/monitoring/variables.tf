variable "project_id" {
  description = "Project to monitor."
  type        = string
}

variable "project_number" {
  description = "Number of the same project, by which budgets know it."
  type        = string
}

variable "name" {
  description = "Name of the monitored service and prefix of the alerts' names."
  type        = string
}

variable "site_url" {
  description = "Address of the site; its /api/health is checked."
  type        = string
}

variable "services" {
  description = "Cloud Run services that answer users."
  type        = list(string)
}

variable "url_map" {
  description = "URL map of the load balancer."
  type        = string
}

variable "upload_backend" {
  description = "Backend service of the uploads, which may take longer than the rest."
  type        = string
}

variable "upload_service" {
  description = "Cloud Run service of the uploads."
  type        = string
}

variable "remover_services" {
  description = "Cloud Run services that remove backgrounds."
  type        = list(string)
}

variable "cleanup_workflow" {
  description = "Workflow that cleans up."
  type        = string
}

variable "alert_email" {
  description = "Address that alerts are sent to; empty for the console only."
  type        = string
}

variable "billing_account" {
  description = "Billing account of the project."
  type        = string
}

variable "monthly_budget" {
  description = "Monthly budget for alerts, in the billing account's currency; 0 for none."
  type        = number
}
