variable "project_id" {
  description = "Id of the Google Cloud project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the project's id (not its name or number), such as my-project-123."
  }
}

variable "region" {
  description = "Region of the image repository, of the pictures and of an Autopilot cluster: choose the database's."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region (not a zone), such as europe-west1."
  }
}

variable "zone" {
  description = "Zone of the cluster and its nodes; unused with Autopilot."
  type        = string
  default     = "europe-west1-c"

  validation {
    condition     = var.autopilot || can(regex("^${var.region}-[a-z]$", var.zone))
    error_message = "zone must be one of the region's, such as europe-west1-c in europe-west1."
  }
}

variable "location" {
  description = "Location of the pictures: a region, or EU, US or ASIA; by default the region."
  type        = string
  default     = ""
}

variable "name" {
  description = "Name of the cluster and prefix of the other parts' names."
  type        = string
  default     = "background-image-processor"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,24}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 26 lower-case letters, digits and hyphens, beginning with a letter."
  }

  validation {
    condition     = length(var.project_id) + length(var.name) <= 55
    error_message = "project_id and name must have at most 55 characters together, because the bucket's name contains both."
  }
}

variable "autopilot" {
  description = "Whether Google manages the nodes and charges for pods instead."
  type        = bool
  default     = false
}

variable "machine_type" {
  description = "Machine type of the nodes; unused with Autopilot."
  type        = string
  default     = "e2-standard-2"

  validation {
    condition     = !contains(["e2-micro", "e2-small", "f1-micro", "g1-small"], var.machine_type)
    error_message = "machine_type must have at least 4 GB of memory: with less, the pods do not fit beside the system."
  }
}

variable "node_count" {
  description = "Number of nodes; unused with Autopilot."
  type        = number
  default     = 3

  validation {
    condition     = var.node_count >= 1 && floor(var.node_count) == var.node_count
    error_message = "node_count must be a whole number of at least 1."
  }
}

variable "network" {
  description = "VPC network of the cluster."
  type        = string
  default     = "default"
}

variable "subnetwork" {
  description = "Subnetwork of the region that the nodes get their addresses from."
  type        = string
  default     = "default"
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the cluster."
  type        = bool
  default     = true
}

variable "domain" {
  description = "Host name for https through the Gateway of infra/gke-https; empty for plain http."
  type        = string
  default     = ""

  validation {
    condition     = var.domain == "" || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case, such as pictures.example.com, without https:// or a path."
  }
}

variable "other_domains" {
  description = "Host names that also get a certificate: the next one before a move, the former one after it."
  type        = list(string)
  default     = []
}

variable "site_origins" {
  description = "Origins whose scripts may read large images, such as http://203.0.113.7. Any by default, because a signed URL is enough to read its image and no cookie is involved."
  type        = list(string)
  default     = ["*"]

  validation {
    condition     = alltrue([for origin in var.site_origins : can(regex("^(\\*|https?://[^/\\s]+)$", origin))])
    error_message = "site_origins must be origins like https://pictures.example.com, without a slash at the end."
  }
}

variable "retention_days" {
  description = "Days after which pictures are deleted, as RETENTION_DAYS in infra/gke/configmap.yaml; 0 keeps them for ever."
  type        = number
  default     = 30

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number of days, 0 for ever."
  }
}
