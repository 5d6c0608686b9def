variable "project_id" {
  description = "The Google Cloud project's id."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id has to be the project's id (not its name or number), such as my-project-123."
  }
}

variable "region" {
  description = "The region of the image repository, of the pictures and of an Autopilot cluster: near the database."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region has to be a region (not a zone), such as europe-west1."
  }
}

variable "zone" {
  description = "The zone of the cluster and its nodes; Autopilot does without."
  type        = string
  default     = "europe-west1-c"

  validation {
    condition     = var.autopilot || can(regex("^${var.region}-[a-z]$", var.zone))
    error_message = "zone has to be one of the region's, such as europe-west1-c in europe-west1."
  }
}

variable "location" {
  description = "Where the pictures are kept: a region, or EU, US or ASIA. By default in the region."
  type        = string
  default     = ""
}

variable "name" {
  description = "The cluster's name, with which the names of the other parts begin."
  type        = string
  default     = "background-image-processor"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,24}[a-z0-9]$", var.name))
    error_message = "name has to be 2 to 26 lower-case letters, digits and hyphens, beginning with a letter."
  }

  validation {
    condition     = length(var.project_id) + length(var.name) <= 55
    error_message = "project_id and name have at most 55 characters together, for both are in the bucket's name: choose a shorter name."
  }
}

variable "autopilot" {
  description = "Whether Google manages the nodes and charges for pods instead."
  type        = bool
  default     = false
}

variable "machine_type" {
  description = "The type of the nodes; Autopilot does without."
  type        = string
  default     = "e2-standard-2"

  validation {
    condition     = !contains(["e2-micro", "e2-small", "f1-micro", "g1-small"], var.machine_type)
    error_message = "machine_type has to have at least 4 GB of memory: on less the pods find no room beside the system."
  }
}

variable "node_count" {
  description = "How many nodes there are; Autopilot does without."
  type        = number
  default     = 3

  validation {
    condition     = var.node_count >= 1 && floor(var.node_count) == var.node_count
    error_message = "node_count has to be a whole number of at least 1."
  }
}

variable "network" {
  description = "The VPC network of the cluster."
  type        = string
  default     = "default"
}

variable "subnetwork" {
  description = "The subnetwork, in the region, that the nodes get their addresses from."
  type        = string
  default     = "default"
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the cluster."
  type        = bool
  default     = true
}

variable "site_origins" {
  description = "The origins whose pages may read large images by script, such as http://203.0.113.7. Any by default: whoever has a signed URL may read its image anyway, and no cookie is involved."
  type        = list(string)
  default     = ["*"]

  validation {
    condition     = alltrue([for origin in var.site_origins : can(regex("^(\\*|https?://[^/\\s]+)$", origin))])
    error_message = "site_origins has to be origins like https://pictures.example.com, without a slash at the end."
  }
}

variable "retention_days" {
  description = "After how many days pictures are deleted, as RETENTION_DAYS in infra/gke/configmap.yaml; 0 keeps them for ever."
  type        = number
  default     = 30

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days has to be a whole number of days, 0 for ever."
  }
}
