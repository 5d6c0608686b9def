variable "project_id" {
  description = "The project, which also holds the secrets."
  type        = string
}

variable "region" {
  description = "The region that the function runs in."
  type        = string
}

variable "name" {
  description = "The function's name, also its service account's."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.name))
    error_message = "name has to be 6 to 30 lower-case letters, digits and hyphens, as a service account's name."
  }
}

variable "description" {
  description = "What the function does, for those who see it in the console."
  type        = string
}

variable "entry_point" {
  description = "The name of the callable in functions/main.py."
  type        = string
}

variable "bundle" {
  description = "Where the source is: the bucket, and a zip in it that is named by its content."
  type        = object({ bucket = string, object = string })
}

variable "build_service_account" {
  description = "The account that builds the container, as projects/PROJECT/serviceAccounts/EMAIL."
  type        = string
}

variable "build_repository" {
  description = "The Artifact Registry repository for the container, as projects/PROJECT/locations/REGION/repositories/NAME."
  type        = string
}

variable "settings" {
  description = "The function's settings by name; one that is null is not set."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "The settings that are secret: the Secret Manager secret of each, and which version of it."
  type        = map(object({ name = string, version = string }))
  default     = {}

  validation {
    condition     = alltrue([for secret in values(var.secrets) : can(regex("^[1-9][0-9]*$", secret.version))])
    error_message = "A secret's version has to be a number: \"latest\" would change under a running revision."
  }
}

variable "cpu" {
  description = "The number of processors of an instance."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = contains([1, 2, 4, 6, 8], var.cpu)
    error_message = "cpu has to be 1, 2, 4, 6 or 8: with less than one an instance takes one request at a time."
  }
}

variable "memory" {
  description = "The memory of an instance; its files in /tmp are in it too."
  type        = string
  default     = "512Mi"
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory has to be a number of Mi or Gi, such as 512Mi."
  }
}

variable "concurrency" {
  description = "How many requests an instance works on at once."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency has to be a whole number from 1 to 1000."
  }
}

variable "timeout_seconds" {
  description = "How long a request may take."
  type        = number
  default     = 30
  nullable    = false
}

variable "min_instances" {
  description = "Instances that are kept when there is nothing to do."
  type        = number
  default     = 0
  nullable    = false
}

variable "max_instances" {
  description = "Instances that there may be at most."
  type        = number
  default     = 10
  nullable    = false
}

variable "ingress" {
  description = "Where requests may come from: ALLOW_ALL, ALLOW_INTERNAL_AND_GCLB or ALLOW_INTERNAL_ONLY."
  type        = string

  validation {
    condition     = contains(["ALLOW_ALL", "ALLOW_INTERNAL_AND_GCLB", "ALLOW_INTERNAL_ONLY"], var.ingress)
    error_message = "ingress has to be ALLOW_ALL, ALLOW_INTERNAL_AND_GCLB or ALLOW_INTERNAL_ONLY."
  }
}

variable "public" {
  description = "Whether anybody may call it without a Google account."
  type        = bool

  validation {
    condition     = !(var.public && var.ingress == "ALLOW_INTERNAL_ONLY")
    error_message = "A function for internal traffic alone is not public."
  }
}

variable "signs_urls" {
  description = "Whether it hands out signed URLs of Cloud Storage."
  type        = bool
  default     = false
  nullable    = false
}
