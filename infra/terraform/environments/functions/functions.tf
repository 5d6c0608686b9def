# One entry for each function, with its endpoint as key and name. Missing fields have the defaults of
# modules/function.
locals {
  uses_provider = strcontains(var.remover, "rapidapi")
  uses_model    = strcontains(var.remover, "local")
  model         = try(regex("functions-([a-z0-9-]+)-[0-9a-f]{12}\\.zip$", var.bundle_with_model)[0], "") # the model in the bundle

  functions = {
    upload = {
      entry_point         = "upload"
      description         = "Removes the background of a picture and keeps both"
      secrets             = ["MONGO_URI", "APP_SECRET_KEY", "X_RAPID_API_KEY"]
      images              = "write"
      removes_backgrounds = true
      backend             = "uploads" # limited apart from the cheap calls
      memory              = "${local.remover_memory_gib}Gi"
      cpu                 = local.picture_cpus
      concurrency         = local.remover_concurrency
      timeout_seconds     = 480 # more than UPLOAD_SECONDS in functions/common/timeouts.py
      min_instances       = var.min_instances
    }
    removebg = {
      entry_point         = "removebg"
      description         = "Removes the background of a picture and keeps nothing"
      secrets             = ["MONGO_URI", "X_RAPID_API_KEY"]
      removes_backgrounds = true
      paths               = ["/v1.0/*", "/v1/*", "/api/v1.0/*", "/api/v1/*", "/api/remove"]
      backend             = "removals" # it has its own paths
      memory              = "${local.remover_memory_gib}Gi"
      cpu                 = local.picture_cpus
      concurrency         = local.remover_concurrency
      timeout_seconds     = 480 # like upload: most of its steps are the same
      min_instances       = var.min_instances
    }
    list = {
      entry_point     = "list_images"
      description     = "Lists a user's pictures"
      secrets         = ["MONGO_URI", "APP_SECRET_KEY"]
      images          = "read"
      memory          = "1Gi"
      timeout_seconds = 60
      min_instances   = var.min_instances
    }
    rename = {
      entry_point = "rename"
      description = "Renames a picture"
      secrets     = ["MONGO_URI", "APP_SECRET_KEY"]
    }
    delete = {
      entry_point = "delete"
      description = "Deletes a picture"
      secrets     = ["MONGO_URI", "APP_SECRET_KEY"]
      images      = "write"
    }
    image = {
      entry_point     = "image"
      description     = "Returns a picture, its cut-out or its preview"
      secrets         = ["MONGO_URI", "APP_SECRET_KEY"]
      images          = "read"
      signs_urls      = true
      memory          = "1Gi"
      timeout_seconds = 60
      min_instances   = var.min_instances
    }
    matte = {
      entry_point     = "matte"
      description     = "Makes a new cut-out from a matte that a person has drawn"
      secrets         = ["MONGO_URI", "APP_SECRET_KEY"]
      images          = "write"
      backend         = "uploads"
      memory          = "${local.picture_memory_gib}Gi"
      cpu             = local.picture_cpus
      concurrency     = 2
      timeout_seconds = 480 # like upload: most of its steps are the same
    }
    health = {
      entry_point = "health"
      description = "Tells whether the database answers"
      secrets     = ["MONGO_URI"]
    }
    cleanup = {
      entry_point     = "cleanup"
      description     = "Deletes what has expired"
      secrets         = ["MONGO_URI"]
      images          = "write"
      public          = false
      concurrency     = 1
      timeout_seconds = 120 # it begins no batch after 50
    }
  }

  # All but the internal ones.
  endpoints      = { for endpoint, function in local.functions : endpoint => function if try(function.public, true) }
  public_ingress = var.direct_invocation ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB"

  settings = {
    MONGO_DB       = var.mongo_db
    IMAGE_BUCKET   = local.image_bucket
    USER_LIMIT     = tostring(var.user_limit)
    RETENTION_DAYS = tostring(var.retention_days)
    MAX_UPLOAD_MB  = tostring(var.max_upload_mb)
    MAX_MEGAPIXELS = tostring(var.max_megapixels)
    SITE_URL       = module.edge.url
    LOG_LEVEL      = var.log_level

    GOOGLE_CLOUD_PROJECT = var.project_id
  }

  remover_settings = {
    REMOVER          = var.remover
    X_RAPID_API_HOST = var.x_rapid_api_host
    LOCAL_MODEL      = local.uses_model && local.model != "own" ? local.model : null
    LOCAL_MODEL_PATH = local.uses_model ? local.model == "own" ? "models/own.onnx" : "models" : null

    # The application accepts as many uploads as Cloud Run sends, and decodes one for each processor.
    UPLOADS_AT_ONCE    = tostring(local.remover_concurrency)
    MEGAPIXELS_AT_ONCE = tostring(local.picture_cpus * var.max_megapixels)
  }

  # Without the provider no function gets its key, and its secret is not necessary.
  secrets = {
    for setting, name in var.secret_names : setting => {
      name    = name
      version = lookup(var.secret_versions, setting, "1")
    } if setting != "X_RAPID_API_KEY" || local.uses_provider
  }

  # One worker process for each processor decodes pictures. It is killed at 256 MiB and 22 MiB a megapixel above its idle
  # size, so that much is kept free for every worker, whatever people send. Beside it each upload holds bytes: its file
  # in /tmp, read, and on its way to the bucket, and a cut-out of up to twice its size.
  picture_cpus       = 2
  picture_mib        = 384 + local.picture_cpus * (256 + 22 * var.max_megapixels)
  upload_mib         = 5 * var.max_upload_mb
  picture_memory_gib = local.picture_mib + 2 * local.upload_mib <= 4096 ? 4 : 8

  # What the model adds: measured for these two, the rest is an estimate.
  model_mib = !local.uses_model ? 0 : lookup({ u2netp = 256, u2net-pair = 768 }, local.model, 1536)

  # An upload mostly waits, about seven seconds for the provider, so several share an instance. The model keeps all
  # processors busy, so without the provider fewer do.
  remover_mib         = local.picture_mib + local.model_mib
  remover_memory_gib  = local.remover_mib + 2 * local.upload_mib <= 4096 ? 4 : 8
  remover_concurrency = min(local.uses_provider ? 10 : 4, floor((1024 * local.remover_memory_gib - local.remover_mib) / local.upload_mib))
}

module "function" {
  source   = "../../modules/function"
  for_each = local.functions

  project_id  = var.project_id
  region      = var.region
  name        = each.key # the load balancer derives it from the path /api/NAME
  account     = "${var.name}-${each.key}"
  description = each.value.description

  entry_point           = each.value.entry_point
  bundle                = try(each.value.removes_backgrounds, false) && local.uses_model ? local.bundle_with_model : local.bundle
  build_service_account = google_service_account.build.id
  build_repository      = google_artifact_registry_repository.build.id

  settings   = merge(local.settings, try(each.value.removes_backgrounds, false) ? local.remover_settings : {})
  secrets    = { for setting in each.value.secrets : setting => local.secrets[setting] if contains(keys(local.secrets), setting) }
  signs_urls = try(each.value.signs_urls, null)

  # Null stands for the module's default.
  cpu             = try(each.value.cpu, null)
  memory          = try(each.value.memory, null)
  concurrency     = try(each.value.concurrency, null)
  timeout_seconds = try(each.value.timeout_seconds, null)
  min_instances   = try(each.value.min_instances, null)
  max_instances   = var.max_instances

  public    = contains(keys(local.endpoints), each.key)
  all_users = var.all_users
  ingress   = contains(keys(local.endpoints), each.key) ? local.public_ingress : "ALLOW_INTERNAL_ONLY"

  # A build fails if its account does not have its roles yet.
  depends_on = [
    google_project_iam_member.build_logs,
    google_project_iam_member.build_reads_source,
    google_artifact_registry_repository_iam_member.build_writes_images,
  ]
}
