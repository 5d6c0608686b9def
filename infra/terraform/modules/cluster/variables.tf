variable "project_id" {
  description = "The project."
  type        = string
}

variable "name" {
  description = "The cluster's name."
  type        = string
}

variable "location" {
  description = "A zone for a cluster in one zone, or a region; Autopilot takes a region only."
  type        = string

  validation {
    condition     = !var.autopilot || can(regex("^[a-z]+-[a-z]+[0-9]+$", var.location))
    error_message = "An Autopilot cluster's location has to be a region, such as europe-west1."
  }
}

variable "autopilot" {
  description = "Whether Google manages the nodes and charges for pods."
  type        = bool
}

variable "machine_type" {
  description = "The type of the nodes, which Autopilot does not ask for."
  type        = string
}

variable "node_count" {
  description = "How many nodes there are, in each zone of the location."
  type        = number
}

variable "node_service_account" {
  description = "The name of the nodes' service account."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.node_service_account))
    error_message = "node_service_account has to be 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "network" {
  description = "The VPC network that the cluster is in."
  type        = string
}

variable "subnetwork" {
  description = "The subnetwork that the nodes get their addresses from."
  type        = string
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the cluster."
  type        = bool
}
