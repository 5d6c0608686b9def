variable "name" {
  description = "Name of the bucket, unique in all of Cloud Storage."
  type        = string
}

variable "location" {
  description = "Location of the pictures: a region such as europe-west1, or EU, US or ASIA."
  type        = string
}

variable "site_origins" {
  description = "Origins whose scripts may read images."
  type        = list(string)
}

variable "retention_days" {
  description = "Days after which the application deletes a picture; 0 keeps them for ever."
  type        = number
}

variable "writers" {
  description = "IAM members that create, read and delete images, each under a name of its own."
  type        = map(string)
}

variable "readers" {
  description = "IAM members that only read images, each under a name of its own."
  type        = map(string)
  default     = {}
}
