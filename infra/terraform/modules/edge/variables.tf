variable "name" {
  description = "The load balancer's name, with which the names of its parts begin."
  type        = string
}

variable "region" {
  description = "The region that the services run in."
  type        = string
}

variable "services" {
  description = "The Cloud Run services by endpoint: each answers at /api/ENDPOINT and below."
  type        = map(string)

  validation {
    condition     = !contains(keys(var.services), "cleanup")
    error_message = "cleanup is not for visitors, so it has no place on the load balancer."
  }
}

variable "site_backend" {
  description = "The backend bucket that serves everything else."
  type        = string
}

variable "domain" {
  description = "The site's host name; without one it is on plain http at the load balancer's address."
  type        = string
}

variable "rate_limit_per_minute" {
  description = "How many requests to the endpoints one address may make in a minute; 0 does not limit them."
  type        = number
}
