locals {
  location     = coalesce(var.location, var.region)
  image_bucket = "${var.project_id}-${var.name}-images"
}

module "images" {
  source = "../../modules/images"

  name           = local.image_bucket
  location       = local.location
  site_origins   = [module.edge.url]
  retention_days = var.retention_days

  writers = { for endpoint, function in local.functions : endpoint => module.function[endpoint].service_account if try(function.images, "") == "write" }
  readers = { for endpoint, function in local.functions : endpoint => module.function[endpoint].service_account if try(function.images, "") == "read" }
}

module "website" {
  source = "../../modules/website"

  name     = "${var.name}-site"
  bucket   = "${var.project_id}-${var.name}-site"
  location = local.location
  https    = var.domain != ""
}

module "edge" {
  source = "../../modules/edge"

  name   = var.name
  region = var.region
  services = {
    for endpoint, function in local.endpoints : endpoint => {
      service = module.function[endpoint].name
      backend = try(function.backend, "rest")
      paths   = try(function.paths, [])
    }
  }
  site_backend          = module.website.backend
  domain                = var.domain
  other_domains         = var.other_domains
  rate_limit_per_minute = var.rate_limit_per_minute
}

module "schedule" {
  source = "../../modules/schedule"

  project_id      = var.project_id
  name            = "${var.name}-scheduler"
  description     = local.functions.cleanup.description
  region          = var.region
  schedule        = var.cleanup_schedule
  service         = module.function["cleanup"].name
  uri             = module.function["cleanup"].uri
  timeout_seconds = local.functions.cleanup.timeout_seconds
}

module "monitoring" {
  source = "../../modules/monitoring"

  project_id       = var.project_id
  project_number   = google_storage_bucket.source.project_number
  name             = var.name
  site_url         = module.edge.url
  services         = [for endpoint in keys(local.endpoints) : module.function[endpoint].name]
  url_map          = module.edge.url_map
  upload_backend   = module.edge.backends["uploads"]
  upload_service   = module.function["upload"].name
  remover_services = [for endpoint, function in local.functions : module.function[endpoint].name if try(function.removes_backgrounds, false)]
  cleanup_workflow = module.schedule.workflow
  alert_email      = var.alert_email
  billing_account  = var.billing_account
  monthly_budget   = var.monthly_budget
}
