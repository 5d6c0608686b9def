# The seven functions as they are deployed, held against the code that they run.
mock_provider "google" {}

variables {
  project_id        = "a-project"
  bundle            = "dist/functions-0123456789ab.zip"
  bundle_with_model = "dist/functions-local-0123456789ab.zip"
}

run "with_the_provider" {
  command = plan

  assert {
    condition = toset([for function in module.function : function.build_config.entry_point]) == toset(
      flatten(regexall("\"(\\w+)\"", regex("__all__ = \\[([^\\]]*)\\]", file("../../../../functions/main.py"))[0]))
    )
    error_message = "The entry points are not those in __all__ of functions/main.py."
  }

  assert {
    condition = alltrue([
      for function in module.function : length(setsubtract(
        keys(function.service_config.environment_variables),
        concat(["THREADS", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "OPENBLAS_NUM_THREADS"], flatten(regexall("\"([A-Z_]+)\": _Setting", file("../../../../functions/common/settings.py")))),
      )) == 0
    ])
    error_message = "A function is given a setting that functions/common/settings.py does not know."
  }

  assert {
    condition = {
      for endpoint, function in module.function :
      endpoint => toset([for secret in function.service_config.secret_environment_variables : secret.key])
      } == {
      upload  = toset(["MONGO_URI", "APP_SECRET_KEY", "X_RAPID_API_KEY"])
      list    = toset(["MONGO_URI", "APP_SECRET_KEY"])
      rename  = toset(["MONGO_URI", "APP_SECRET_KEY"])
      delete  = toset(["MONGO_URI", "APP_SECRET_KEY"])
      image   = toset(["MONGO_URI", "APP_SECRET_KEY"])
      health  = toset(["MONGO_URI"])
      cleanup = toset(["MONGO_URI"])
    }
    error_message = "A secret does not reach exactly the functions that use it."
  }

  assert {
    condition = alltrue(flatten([
      for function in module.function : [
        for secret in function.service_config.secret_environment_variables :
        secret.version == "1" && secret.secret == var.secret_names[secret.key]
      ]
    ]))
    error_message = "A secret is not taken by its name and pinned version."
  }

  assert {
    condition     = alltrue([for endpoint, function in module.function : contains(function.invokers, "allUsers") != (endpoint == "cleanup")])
    error_message = "All functions are for everybody, but cleanup: allUsers must never be let in there."
  }

  assert {
    condition     = alltrue([for endpoint, function in module.function : function.service_config.ingress_settings == (endpoint == "cleanup" ? "ALLOW_INTERNAL_ONLY" : "ALLOW_ALL")])
    error_message = "All functions take requests from everywhere, but cleanup: internal ones alone."
  }

  assert {
    condition = alltrue([
      for function in module.function :
      function.service_config.environment_variables.THREADS == tostring(function.service_config.max_instance_request_concurrency)
    ])
    error_message = "A function has another number of threads than of requests at once."
  }

  assert {
    condition = alltrue([
      for function in module.function : function.build_config.source[0].storage_source[0].object == "functions-0123456789ab.zip"
    ])
    error_message = "A function is not built from the bundle."
  }

  assert {
    condition = (
      module.function["upload"].service_config.environment_variables.REMOVER == "rapidapi"
      && !contains(keys(module.function["upload"].service_config.environment_variables), "LOCAL_MODEL_PATH")
      && module.function["upload"].service_config.available_memory == "8Gi"
      && module.function["upload"].service_config.max_instance_request_concurrency == 6
      && module.function["upload"].service_config.timeout_seconds == 120
    )
    error_message = "Upload is not as the provider wants it: its setting, and as many at once as 8 GiB hold."
  }
}

run "with_the_local_model" {
  command = plan

  variables {
    remover = "local"
  }

  assert {
    condition = (
      module.function["upload"].service_config.environment_variables.REMOVER == "local"
      && module.function["upload"].service_config.environment_variables.LOCAL_MODEL_PATH == "models/u2netp.onnx"
      && module.function["upload"].service_config.available_memory == "4Gi"
      && module.function["upload"].service_config.available_cpu == "2"
      && module.function["upload"].service_config.max_instance_request_concurrency == 2
    )
    error_message = "Upload is not as the model wants it: its path, and few at once."
  }

  assert {
    condition     = !contains([for secret in module.function["upload"].service_config.secret_environment_variables : secret.key], "X_RAPID_API_KEY")
    error_message = "The provider's key is given away though nobody asks the provider."
  }

  assert {
    condition = {
      for endpoint, function in module.function : endpoint => function.build_config.source[0].storage_source[0].object
      if function.build_config.source[0].storage_source[0].object != "functions-0123456789ab.zip"
    } == { upload = "functions-local-0123456789ab.zip" }
    error_message = "Upload, and it alone, is built from the bundle with the model."
  }
}

run "with_the_model_to_fall_back_on" {
  command = plan

  variables {
    remover = "rapidapi,local"
  }

  assert {
    condition = (
      module.function["upload"].service_config.environment_variables.LOCAL_MODEL_PATH == "models/u2netp.onnx"
      && contains([for secret in module.function["upload"].service_config.secret_environment_variables : secret.key], "X_RAPID_API_KEY")
      && module.function["upload"].service_config.available_memory == "8Gi"
    )
    error_message = "Upload needs the model, the key, and room for both."
  }
}

run "larger_pictures_share_an_instance_with_fewer" {
  command = plan

  variables {
    max_megapixels = 120
  }

  assert {
    condition     = module.function["upload"].service_config.max_instance_request_concurrency == 2
    error_message = "More uploads at once than the memory holds."
  }
}

run "behind_the_load_balancer_alone" {
  command = plan

  variables {
    direct_invocation     = false
    rate_limit_per_minute = 300
  }

  assert {
    condition     = alltrue([for endpoint, function in module.function : function.service_config.ingress_settings == (endpoint == "cleanup" ? "ALLOW_INTERNAL_ONLY" : "ALLOW_INTERNAL_AND_GCLB")])
    error_message = "A function can be reached past the load balancer and its rate limit."
  }
}

run "a_rotated_secret" {
  command = plan

  variables {
    secret_versions = { MONGO_URI = "3" }
  }

  assert {
    condition = alltrue(flatten([
      for function in module.function : [
        for secret in function.service_config.secret_environment_variables :
        secret.version == (secret.key == "MONGO_URI" ? "3" : "1")
      ]
    ]))
    error_message = "The new version does not reach every function that uses it, or reaches another secret."
  }
}
