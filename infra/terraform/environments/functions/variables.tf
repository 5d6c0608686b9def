variable "project_id" {
  description = "The Google Cloud project's id."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id has to be the project's id (not its name or number), such as my-project-123."
  }
}

variable "region" {
  description = "The region that the functions run in: near the database."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region has to be a region (not a zone), such as europe-west1."
  }
}

variable "location" {
  description = "Where the buckets are: a region, or EU, US or ASIA. By default where the functions are."
  type        = string
  default     = ""
}

variable "name" {
  description = "What the names of all parts begin with."
  type        = string
  default     = "background-remover"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name))
    error_message = "name has to be 2 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "domain" {
  description = "The site's host name, which brings https; without one the site is on plain http at an address."
  type        = string
  default     = ""

  validation {
    condition     = var.domain == "" || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain has to be a host name in lower case, such as pictures.example.com, without https:// or a path."
  }
}

variable "bundle" {
  description = "The path of the functions' source, which python -m infra.bundle --out dist makes."
  type        = string

  validation {
    condition     = can(regex("(^|/)functions-[0-9a-f]{12}\\.zip$", var.bundle))
    error_message = "bundle has to be a file that python -m infra.bundle made, functions-<12 digits>.zip: a new name is what makes Terraform deploy."
  }
}

variable "bundle_with_model" {
  description = "The path of the source with the local model in it, which the same makes with --model FILE."
  type        = string
  default     = ""

  validation {
    condition     = var.bundle_with_model == "" || can(regex("(^|/)functions-local-[0-9a-f]{12}\\.zip$", var.bundle_with_model))
    error_message = "bundle_with_model has to be a file that python -m infra.bundle --model made, functions-local-<12 digits>.zip."
  }

  validation {
    condition     = var.bundle_with_model != "" || !strcontains(var.remover, "local")
    error_message = "remover names local, so bundle_with_model has to be given."
  }
}

variable "remover" {
  description = "Who removes backgrounds: rapidapi, local (the model in the function) or rapidapi,local (the model where the provider fails)."
  type        = string
  default     = "rapidapi"

  validation {
    condition     = contains(["rapidapi", "local", "rapidapi,local"], var.remover)
    error_message = "remover has to be rapidapi, local or rapidapi,local."
  }
}

variable "secret_names" {
  description = "The Secret Manager secrets, by the setting that each is for; the operator makes them, so that no value gets into Terraform's state."
  type        = map(string)
  default = {
    MONGO_URI       = "mongo-uri"
    APP_SECRET_KEY  = "app-secret-key"
    X_RAPID_API_KEY = "x-rapid-api-key"
  }

  validation {
    condition     = toset(keys(var.secret_names)) == toset(["MONGO_URI", "APP_SECRET_KEY", "X_RAPID_API_KEY"])
    error_message = "secret_names has to name a secret for each of MONGO_URI, APP_SECRET_KEY and X_RAPID_API_KEY."
  }
}

variable "secret_versions" {
  description = "The version of each secret that the functions use, by the setting; 1 for those not given."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.secret_versions), keys(var.secret_names))) == 0
    error_message = "secret_versions has to be keyed by setting: MONGO_URI, APP_SECRET_KEY, X_RAPID_API_KEY."
  }
}

variable "x_rapid_api_host" {
  description = "The provider's host name on RapidAPI."
  type        = string
  default     = "background-removal.p.rapidapi.com"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]$", var.x_rapid_api_host))
    error_message = "x_rapid_api_host has to be a host name, without https://."
  }
}

variable "mongo_db" {
  description = "The database's name on the MongoDB server."
  type        = string
  default     = "image_background_remover"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,63}$", var.mongo_db))
    error_message = "mongo_db has to be letters, digits, _ and -."
  }
}

variable "user_limit" {
  description = "How many pictures each user may keep."
  type        = number
  default     = 5

  validation {
    condition     = var.user_limit >= 1 && var.user_limit <= 10000 && floor(var.user_limit) == var.user_limit
    error_message = "user_limit has to be a whole number from 1 to 10000."
  }
}

variable "retention_days" {
  description = "After how many days pictures are deleted; 0 keeps them for ever."
  type        = number
  default     = 30

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days has to be a whole number of days, 0 for ever."
  }
}

variable "max_upload_mb" {
  description = "The largest file that is taken."
  type        = number
  default     = 20

  validation {
    condition     = var.max_upload_mb >= 1 && var.max_upload_mb <= 31 && floor(var.max_upload_mb) == var.max_upload_mb
    error_message = "max_upload_mb has to be a whole number from 1 to 31: Cloud Run takes requests of up to 32 MiB."
  }
}

variable "max_megapixels" {
  description = "The largest picture that is taken; from it follows how many uploads share an instance."
  type        = number
  default     = 50

  validation {
    condition     = var.max_megapixels >= 1 && var.max_megapixels <= 120 && floor(var.max_megapixels) == var.max_megapixels
    error_message = "max_megapixels has to be a whole number from 1 to 120: the upload function's memory holds no larger picture."
  }
}

variable "min_instances" {
  description = "Instances kept ready of what a visitor waits for (upload, list and image); 0 costs nothing and has the first visitor wait a few seconds."
  type        = number
  default     = 0
}

variable "max_instances" {
  description = "Instances of each function at most: what bounds the bill and the connections to the database."
  type        = number
  default     = 10

  validation {
    condition     = var.max_instances >= max(1, var.min_instances)
    error_message = "max_instances has to be at least 1, and no less than min_instances."
  }
}

variable "direct_invocation" {
  description = "Whether the functions also answer at their own https addresses, past the load balancer."
  type        = bool
  default     = true
}

variable "rate_limit_per_minute" {
  description = "How many requests to the functions one address may make in a minute (by Cloud Armor, which costs extra); 0 does not limit them."
  type        = number
  default     = 0

  validation {
    condition     = var.rate_limit_per_minute == 0 || var.rate_limit_per_minute >= 60
    error_message = "rate_limit_per_minute has to be 0 or at least 60: one look at the page takes a dozen requests, and a household shares an address."
  }

  validation {
    condition     = var.rate_limit_per_minute == 0 || !var.direct_invocation
    error_message = "A rate limit holds at the load balancer only: set direct_invocation = false with it."
  }
}

variable "cleanup_schedule" {
  description = "When pictures past their time are deleted, as in cron, in UTC."
  type        = string
  default     = "17 * * * *"

  validation {
    condition     = can(regex("^\\S+( \\S+){4}$", var.cleanup_schedule))
    error_message = "cleanup_schedule has to be five fields as in cron, such as \"17 * * * *\"."
  }
}

variable "alert_email" {
  description = "Who is told when something is wrong; without, alerts are to be seen in the console alone."
  type        = string
  default     = ""

  validation {
    condition     = var.alert_email == "" || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alert_email))
    error_message = "alert_email has to be an email address."
  }
}

variable "log_level" {
  description = "What the functions log: DEBUG, INFO, WARNING or ERROR."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level has to be DEBUG, INFO, WARNING or ERROR."
  }
}
