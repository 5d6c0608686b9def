variable "name" {
  description = "The bucket's name, which no other bucket in the world has."
  type        = string
}

variable "location" {
  description = "Where the pictures are kept: a region such as europe-west1, or EU, US or ASIA."
  type        = string
}

variable "site_origins" {
  description = "The origins whose pages may read images by script."
  type        = list(string)
}

variable "retention_days" {
  description = "After how many days the application deletes a picture; 0 keeps them for ever."
  type        = number
}

variable "writers" {
  description = "The IAM members that create, read and delete images, each under a name of its own."
  type        = map(string)
}

variable "readers" {
  description = "The IAM members that only read images, each under a name of its own."
  type        = map(string)
  default     = {}
}
