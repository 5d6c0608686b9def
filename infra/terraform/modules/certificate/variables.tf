variable "name" {
  description = "Prefix of the names."
  type        = string
}

variable "domains" {
  description = "Host names that get a certificate each."
  type        = list(string)
}
