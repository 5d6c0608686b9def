variable "name" {
  description = "Name of the load balancer and prefix of its parts' names."
  type        = string
}

variable "region" {
  description = "Region that the services run in."
  type        = string
}

variable "services" {
  description = "Cloud Run services by endpoint. Each answers at /api/ENDPOINT and below, and at its own paths. Services of one backend share a backend service and its rate limit."
  type = map(object({
    service = string
    backend = string
    paths   = optional(list(string), [])
  }))

  validation {
    condition     = !contains(keys(var.services), "cleanup")
    error_message = "cleanup is an internal endpoint: keep it off the load balancer."
  }

  # The load balancer finds a shared backend's service by the path alone.
  validation {
    condition = alltrue([
      for endpoint, service in var.services : service.service == endpoint && length(service.paths) == 0
      if length([for other in var.services : other if other.backend == service.backend]) > 1
    ])
    error_message = "Services that share a backend must be named like their endpoints and have no paths of their own; give the others a backend each."
  }
}

variable "site_backend" {
  description = "Backend bucket that serves all other paths."
  type        = string
}

variable "domain" {
  description = "Host name of the site; empty for plain http at the load balancer's address."
  type        = string
}

variable "other_domains" {
  description = "Host names that also get a certificate: the next one before a move, the former one after it."
  type        = list(string)
  default     = []
}

variable "rate_limit_per_minute" {
  description = "Requests a minute that one address may make to each backend; 0 for no limit."
  type        = number
}
