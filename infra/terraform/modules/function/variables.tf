variable "project_id" {
  description = "Project of the function and of its secrets."
  type        = string
}

variable "region" {
  description = "Region that the function runs in."
  type        = string
}

variable "name" {
  description = "Name of the function and of its Cloud Run service."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$", var.name))
    error_message = "name must be at most 49 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "account" {
  description = "Name of the function's service account."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.account))
    error_message = "account must be 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "description" {
  description = "What the function does, as the console shows it."
  type        = string
}

variable "entry_point" {
  description = "Name of the callable in functions/main.py."
  type        = string
}

variable "bundle" {
  description = "Source of the function: a bucket, and a zip in it that is named by its content."
  type        = object({ bucket = string, object = string })
}

variable "build_service_account" {
  description = "Account that builds the container, as projects/PROJECT/serviceAccounts/EMAIL."
  type        = string
}

variable "build_repository" {
  description = "Artifact Registry repository of the container, as projects/PROJECT/locations/REGION/repositories/NAME."
  type        = string
}

variable "settings" {
  description = "Settings of the function by name; null leaves one unset."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Secret settings: the Secret Manager secret and version of each."
  type        = map(object({ name = string, version = string }))
  default     = {}

  validation {
    condition     = alltrue([for secret in values(var.secrets) : can(regex("^[1-9][0-9]*$", secret.version))])
    error_message = "A secret's version must be a number: \"latest\" would change under a running revision."
  }
}

variable "cpu" {
  description = "Processors of an instance."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = contains([1, 2, 4, 6, 8], var.cpu)
    error_message = "cpu must be 1, 2, 4, 6 or 8: with less than one an instance takes one request at a time."
  }
}

variable "memory" {
  description = "Memory of an instance, its files in /tmp included."
  type        = string
  default     = "512Mi"
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory must be a number of Mi or Gi, such as 512Mi."
  }
}

variable "concurrency" {
  description = "Requests that an instance works on at once."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency must be a whole number from 1 to 1000."
  }
}

variable "timeout_seconds" {
  description = "Seconds that a request may take."
  type        = number
  default     = 30
  nullable    = false
}

variable "min_instances" {
  description = "Instances kept when there is nothing to do."
  type        = number
  default     = 0
  nullable    = false
}

variable "max_instances" {
  description = "Largest number of instances."
  type        = number
  default     = 10
  nullable    = false
}

variable "ingress" {
  description = "Networks that may call: ALLOW_ALL, ALLOW_INTERNAL_AND_GCLB or ALLOW_INTERNAL_ONLY."
  type        = string

  validation {
    condition     = contains(["ALLOW_ALL", "ALLOW_INTERNAL_AND_GCLB", "ALLOW_INTERNAL_ONLY"], var.ingress)
    error_message = "ingress must be ALLOW_ALL, ALLOW_INTERNAL_AND_GCLB or ALLOW_INTERNAL_ONLY."
  }
}

variable "public" {
  description = "Whether callers need no Google account."
  type        = bool

  validation {
    condition     = !(var.public && var.ingress == "ALLOW_INTERNAL_ONLY")
    error_message = "A function for internal traffic only cannot be public."
  }
}

variable "all_users" {
  description = "Whether a public function grants access to allUsers; where an organisation forbids that, turn off the service's invoker check instead."
  type        = bool
  default     = true
}

variable "signs_urls" {
  description = "Whether it answers with signed URLs of Cloud Storage."
  type        = bool
  default     = false
  nullable    = false
}
