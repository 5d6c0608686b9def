variable "name" {
  description = "Name of the load balancer's backend bucket."
  type        = string
}

variable "bucket" {
  description = "Name of the site's bucket, unique in all of Cloud Storage."
  type        = string
}

variable "location" {
  description = "Location of the bucket: a region such as europe-west1, or EU, US or ASIA."
  type        = string
}

variable "https" {
  description = "Whether the site is on https; browsers are then told to insist on it."
  type        = bool
}
