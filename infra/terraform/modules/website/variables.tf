variable "name" {
  description = "The name of the load balancer's backend."
  type        = string
}

variable "bucket" {
  description = "The name of the site's bucket, which no other bucket in the world has."
  type        = string
}

variable "location" {
  description = "Where the bucket is: a region such as europe-west1, or EU, US or ASIA."
  type        = string
}

variable "https" {
  description = "Whether the site is on https, which browsers are then told to insist on."
  type        = bool
}
