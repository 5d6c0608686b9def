variable "project_id" {
  description = "Project of the cluster."
  type        = string
}

variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "location" {
  description = "A zone for a cluster in one zone, or a region; Autopilot takes a region only."
  type        = string

  validation {
    condition     = !var.autopilot || can(regex("^[a-z]+-[a-z]+[0-9]+$", var.location))
    error_message = "An Autopilot cluster's location must be a region, such as europe-west1."
  }
}

variable "autopilot" {
  description = "Whether Google manages the nodes and charges for pods."
  type        = bool
}

variable "machine_type" {
  description = "Machine type of the nodes; unused with Autopilot."
  type        = string
}

variable "node_count" {
  description = "Number of nodes in each zone of the location."
  type        = number
}

variable "node_service_account" {
  description = "Name of the nodes' service account."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.node_service_account))
    error_message = "node_service_account must be 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "network" {
  description = "VPC network of the cluster."
  type        = string
}

variable "subnetwork" {
  description = "Subnetwork that the nodes get their addresses from."
  type        = string
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the cluster."
  type        = bool
}
