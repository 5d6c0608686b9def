resource "google_cloudfunctions2_function" "this" {
  name        = var.name
  location    = var.region
  description = var.description

  build_config {
    runtime           = "python313"
    entry_point       = var.entry_point
    service_account   = var.build_service_account
    docker_repository = var.build_repository

    source {
      storage_source {
        bucket = var.bundle.bucket
        object = var.bundle.object
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.this.email
    ingress_settings                 = var.ingress
    available_cpu                    = tostring(var.cpu)
    available_memory                 = var.memory
    timeout_seconds                  = var.timeout_seconds
    max_instance_request_concurrency = var.concurrency
    min_instance_count               = var.min_instances
    max_instance_count               = var.max_instances

    # One thread per request, instead of one per processor. The allocator returns the memory of large pictures to the
    # system at once, and numpy's linear algebra starts no threads, which would take as long as importing numpy.
    environment_variables = merge(
      { for setting, value in var.settings : setting => value if value != null },
      {
        THREADS                = tostring(var.concurrency)
        MALLOC_ARENA_MAX       = "2"
        MALLOC_MMAP_THRESHOLD_ = "8388608"
        MALLOC_TRIM_THRESHOLD_ = "16777216"
        OPENBLAS_NUM_THREADS   = "1"
      },
    )

    dynamic "secret_environment_variables" {
      for_each = var.secrets
      content {
        project_id = var.project_id
        key        = secret_environment_variables.key
        secret     = secret_environment_variables.value.name
        version    = secret_environment_variables.value.version
      }
    }
  }

  # A revision that cannot read its secrets does not start.
  depends_on = [google_secret_manager_secret_iam_member.reads]
}
