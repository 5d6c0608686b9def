variable "project_id" {
  description = "Id of the Google Cloud project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the project's id (not its name or number), such as my-project-123."
  }
}

variable "region" {
  description = "Region of the functions: choose the database's. Moving to another region makes new functions, and a new image bucket unless location is set."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region (not a zone), such as europe-west1."
  }
}

variable "location" {
  description = "Location of the buckets: a region, or EU, US or ASIA; by default the functions' region."
  type        = string
  default     = ""
}

variable "name" {
  description = "Prefix of the names of all parts but the functions."
  type        = string
  default     = "background-remover"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "domain" {
  description = "Host name of the site, which brings https; empty for plain http at the load balancer's address."
  type        = string
  default     = ""

  validation {
    condition     = var.domain == "" || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case, such as pictures.example.com, without https:// or a path."
  }
}

variable "other_domains" {
  description = "Host names that also get a certificate: the next one before the site moves, the former one after it."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for domain in var.other_domains : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", domain))])
    error_message = "other_domains must be host names in lower case, such as pictures.example.com, without https:// or a path."
  }

  validation {
    condition     = length(var.other_domains) == 0 || var.domain != ""
    error_message = "other_domains come in addition to domain: set it too."
  }
}

variable "bundle" {
  description = "Path of the functions' source, made by python -m infra.bundle --out dist. Needed to apply, not to destroy."
  type        = string
  default     = ""

  validation {
    condition     = var.bundle == "" || can(regex("(^|/)functions-[0-9a-f]{12}\\.zip$", var.bundle))
    error_message = "bundle must be a file that python -m infra.bundle made, functions-<12 digits>.zip: a new name is what makes Terraform deploy."
  }
}

variable "bundle_with_model" {
  description = "Path of the source with a local model, made by the same command with --model NAME, and named after the model. Needed to apply while remover names local."
  type        = string
  default     = ""

  validation {
    condition     = var.bundle_with_model == "" || can(regex("(^|/)functions-[a-z0-9-]+-[0-9a-f]{12}\\.zip$", var.bundle_with_model))
    error_message = "bundle_with_model must be a file that python -m infra.bundle --model made, functions-<model>-<12 digits>.zip."
  }
}

variable "remover" {
  description = "What removes backgrounds: rapidapi (the provider), local (the model in the function), or rapidapi,local (the model when the provider fails)."
  type        = string
  default     = "rapidapi"

  validation {
    condition     = contains(["rapidapi", "local", "rapidapi,local"], var.remover)
    error_message = "remover must be rapidapi, local or rapidapi,local."
  }
}

variable "secret_names" {
  description = "Secret Manager secret of each secret setting. The operator makes them, so that no value reaches Terraform's state."
  type        = map(string)
  default = {
    MONGO_URI       = "mongo-uri"
    APP_SECRET_KEY  = "app-secret-key"
    X_RAPID_API_KEY = "x-rapid-api-key"
  }

  validation {
    condition     = toset(keys(var.secret_names)) == toset(["MONGO_URI", "APP_SECRET_KEY", "X_RAPID_API_KEY"])
    error_message = "secret_names must name a secret for each of MONGO_URI, APP_SECRET_KEY and X_RAPID_API_KEY."
  }
}

variable "secret_versions" {
  description = "Version of each secret by its setting; 1 by default."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.secret_versions), keys(var.secret_names))) == 0
    error_message = "secret_versions must be keyed by setting: MONGO_URI, APP_SECRET_KEY, X_RAPID_API_KEY."
  }
}

variable "x_rapid_api_host" {
  description = "Host name of the provider on RapidAPI."
  type        = string
  default     = "background-removal.p.rapidapi.com"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]$", var.x_rapid_api_host))
    error_message = "x_rapid_api_host must be a host name, without https://."
  }
}

variable "mongo_db" {
  description = "Name of the database on the MongoDB server."
  type        = string
  default     = "image_background_remover"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,63}$", var.mongo_db))
    error_message = "mongo_db must be letters, digits, _ and -."
  }
}

variable "user_limit" {
  description = "Pictures that each user may keep."
  type        = number
  default     = 5

  validation {
    condition     = var.user_limit >= 1 && var.user_limit <= 10000 && floor(var.user_limit) == var.user_limit
    error_message = "user_limit must be a whole number from 1 to 10000."
  }
}

variable "retention_days" {
  description = "Days after which pictures are deleted; 0 keeps them for ever."
  type        = number
  default     = 30

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number of days, 0 for ever."
  }
}

variable "max_upload_mb" {
  description = "Largest file in MB."
  type        = number
  default     = 20

  validation {
    condition     = var.max_upload_mb >= 1 && var.max_upload_mb <= 31 && floor(var.max_upload_mb) == var.max_upload_mb
    error_message = "max_upload_mb must be a whole number from 1 to 31: Cloud Run takes requests of up to 32 MiB."
  }
}

variable "max_megapixels" {
  description = "Largest picture in megapixels; it decides how many uploads share an instance."
  type        = number
  default     = 50

  validation {
    condition     = var.max_megapixels >= 1 && var.max_megapixels <= 120 && floor(var.max_megapixels) == var.max_megapixels
    error_message = "max_megapixels must be a whole number from 1 to 120: the upload function's memory holds no larger picture."
  }
}

variable "min_instances" {
  description = "Instances of upload, list and image that are always ready; with 0 the first visitor waits a few seconds, and nothing is paid for."
  type        = number
  default     = 0
}

variable "max_instances" {
  description = "Largest number of instances of each function; it bounds the bill and the connections to the database."
  type        = number
  default     = 10

  validation {
    condition     = var.max_instances >= max(1, var.min_instances)
    error_message = "max_instances must be at least 1, and no less than min_instances."
  }
}

variable "direct_invocation" {
  description = "Whether the functions also answer at their own https addresses, past the load balancer."
  type        = bool
  default     = true
}

variable "all_users" {
  description = "Whether the public functions grant access to allUsers. Where an organisation forbids that, set false and run the commands of the output open_commands after each apply."
  type        = bool
  default     = true
}

variable "rate_limit_per_minute" {
  description = "Requests a minute that one address may make to uploads, as many to the stateless removal and as many to all other endpoints together. Cloud Armor counts them, at extra cost; 0 for no limit."
  type        = number
  default     = 0

  validation {
    condition     = var.rate_limit_per_minute == 0 || var.rate_limit_per_minute >= 60
    error_message = "rate_limit_per_minute must be 0 or at least 60: one look at the page takes a dozen requests, and a household shares an address."
  }

  validation {
    condition     = var.rate_limit_per_minute == 0 || !var.direct_invocation
    error_message = "A rate limit holds at the load balancer only: set direct_invocation = false with it."
  }
}

variable "cleanup_schedule" {
  description = "Times at which expired pictures are deleted, in cron syntax, UTC."
  type        = string
  default     = "17 * * * *"

  validation {
    condition     = can(regex("^\\S+( \\S+){4}$", var.cleanup_schedule))
    error_message = "cleanup_schedule must be five fields as in cron, such as \"17 * * * *\"."
  }
}

variable "alert_email" {
  description = "Address that alerts are sent to; empty for the console only."
  type        = string
  default     = ""

  validation {
    condition     = var.alert_email == "" || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alert_email))
    error_message = "alert_email must be an email address."
  }
}

variable "log_level" {
  description = "Lowest level that the functions log: DEBUG, INFO, WARNING or ERROR."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "billing_account" {
  description = "Billing account of the project, such as 012345-6789AB-CDEF01; only a budget needs it."
  type        = string
  default     = ""

  validation {
    condition     = var.billing_account == "" || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account must be the account's id, such as 012345-6789AB-CDEF01."
  }
}

variable "monthly_budget" {
  description = "Costs a month that are alerted on at 50 %, 90 % and when 100 % is forecast, in the billing account's currency; 0 for no budget."
  type        = number
  default     = 0

  validation {
    condition     = var.monthly_budget >= 0 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "monthly_budget must be a whole number."
  }

  validation {
    condition     = var.monthly_budget == 0 || var.billing_account != ""
    error_message = "A budget belongs to a billing account: set billing_account too."
  }
}
