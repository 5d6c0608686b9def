# The functions as they are deployed, compared with the code that they run.
mock_provider "google" {}

variables {
  project_id        = "a-project"
  bundle            = "dist/functions-0123456789ab.zip"
  bundle_with_model = "dist/functions-u2netp-0123456789ab.zip"
}

run "with_the_provider" {
  command = plan

  assert {
    condition = toset([for function in module.function : function.build_config.entry_point]) == toset(
      flatten(regexall("Endpoint\\(\\s*\"\\w+:(\\w+)\"", file("../../../../functions/endpoints.py")))
    )
    error_message = "The entry points must be those of functions/endpoints.py."
  }

  assert {
    condition = alltrue([
      for function in module.function : length(setsubtract(
        keys(function.service_config.environment_variables),
        concat(["THREADS", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "OPENBLAS_NUM_THREADS"], flatten(regexall("\"([A-Z_]+)\": _Setting", file("../../../../functions/common/settings.py")))),
      )) == 0
    ])
    error_message = "A function has a setting that functions/common/settings.py does not know."
  }

  assert {
    condition = {
      for endpoint, function in module.function :
      endpoint => toset([for secret in function.service_config.secret_environment_variables : secret.key])
      } == {
      upload   = toset(["MONGO_URI", "APP_SECRET_KEY", "X_RAPID_API_KEY"])
      removebg = toset(["MONGO_URI", "X_RAPID_API_KEY"])
      list     = toset(["MONGO_URI", "APP_SECRET_KEY"])
      rename   = toset(["MONGO_URI", "APP_SECRET_KEY"])
      delete   = toset(["MONGO_URI", "APP_SECRET_KEY"])
      image    = toset(["MONGO_URI", "APP_SECRET_KEY"])
      matte    = toset(["MONGO_URI", "APP_SECRET_KEY"])
      health   = toset(["MONGO_URI"])
      cleanup  = toset(["MONGO_URI"])
    }
    error_message = "A secret must reach the functions that use it, and no others."
  }

  assert {
    condition = alltrue(flatten([
      for function in module.function : [
        for secret in function.service_config.secret_environment_variables :
        secret.version == "1" && secret.secret == var.secret_names[secret.key]
      ]
    ]))
    error_message = "A secret must be read by its name and pinned version."
  }

  assert {
    condition     = alltrue([for endpoint, function in module.function : contains(function.invokers, "allUsers") != (endpoint == "cleanup")])
    error_message = "Every function but cleanup must be public, and cleanup must never be."
  }

  assert {
    condition     = alltrue([for endpoint, function in module.function : function.service_config.ingress_settings == (endpoint == "cleanup" ? "ALLOW_INTERNAL_ONLY" : "ALLOW_ALL")])
    error_message = "Cleanup must take internal requests only, and the other functions requests from everywhere."
  }

  assert {
    condition = alltrue([
      for function in module.function :
      function.service_config.environment_variables.THREADS == tostring(function.service_config.max_instance_request_concurrency)
    ])
    error_message = "A function must have one thread for each request at once."
  }

  assert {
    condition = alltrue([
      for function in module.function : function.build_config.source[0].storage_source[0].object == "functions-0123456789ab.zip"
    ])
    error_message = "Every function must be built from the bundle."
  }

  assert {
    condition = (
      module.function["upload"].service_config.environment_variables.REMOVER == "rapidapi"
      && !contains(keys(module.function["upload"].service_config.environment_variables), "LOCAL_MODEL_PATH")
      && module.function["upload"].service_config.available_memory == "4Gi"
      && module.function["upload"].service_config.max_instance_request_concurrency == 10
      && module.function["upload"].service_config.environment_variables.UPLOADS_AT_ONCE == "10"
      && module.function["upload"].service_config.environment_variables.MEGAPIXELS_AT_ONCE == "100"
      && module.function["upload"].service_config.timeout_seconds == 480
    )
    error_message = "With the provider, upload must take as many pictures at once as 4 GiB hold."
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
      && module.function["upload"].service_config.environment_variables.LOCAL_MODEL == "u2netp"
      && module.function["upload"].service_config.environment_variables.LOCAL_MODEL_PATH == "models"
      && module.function["upload"].service_config.available_memory == "4Gi"
      && module.function["upload"].service_config.available_cpu == "2"
      && module.function["upload"].service_config.max_instance_request_concurrency == 4
    )
    error_message = "With the model, upload must have its name and folder and take few pictures at once."
  }

  assert {
    condition     = !contains([for secret in module.function["upload"].service_config.secret_environment_variables : secret.key], "X_RAPID_API_KEY")
    error_message = "Without the provider, upload must not have its key."
  }

  assert {
    condition = {
      for endpoint, function in module.function : endpoint => function.build_config.source[0].storage_source[0].object
      if function.build_config.source[0].storage_source[0].object != "functions-0123456789ab.zip"
    } == { for endpoint in ["upload", "removebg"] : endpoint => "functions-u2netp-0123456789ab.zip" }
    error_message = "Only upload and removebg must be built from the bundle with the model."
  }
}

run "with_a_model_of_several_files" {
  command = plan

  variables {
    remover           = "local"
    bundle_with_model = "dist/functions-u2net-pair-0123456789ab.zip"
  }

  assert {
    condition = (
      module.function["upload"].service_config.environment_variables.LOCAL_MODEL == "u2net-pair"
      && module.function["upload"].service_config.environment_variables.LOCAL_MODEL_PATH == "models"
      && module.function["upload"].service_config.available_memory == "4Gi"
      && module.function["upload"].service_config.max_instance_request_concurrency == 2
    )
    error_message = "The bundle's name must say which model the functions use."
  }
}

run "with_a_model_of_ones_own" {
  command = plan

  variables {
    remover           = "local"
    bundle_with_model = "dist/functions-own-0123456789ab.zip"
  }

  assert {
    condition = (
      !contains(keys(module.function["upload"].service_config.environment_variables), "LOCAL_MODEL")
      && module.function["upload"].service_config.environment_variables.LOCAL_MODEL_PATH == "models/own.onnx"
      && module.function["upload"].service_config.available_memory == "8Gi"
      && module.function["matte"].service_config.available_memory == "4Gi"
    )
    error_message = "A model of one's own must be used by its path."
  }
}

run "with_the_provider_and_the_model" {
  command = plan

  variables {
    remover = "rapidapi,local"
  }

  assert {
    condition = (
      module.function["upload"].service_config.environment_variables.LOCAL_MODEL == "u2netp"
      && contains([for secret in module.function["upload"].service_config.secret_environment_variables : secret.key], "X_RAPID_API_KEY")
      && module.function["upload"].service_config.available_memory == "4Gi"
      && module.function["upload"].service_config.max_instance_request_concurrency == 7
    )
    error_message = "With both removers, upload needs the model, the key and memory for both."
  }
}

run "larger_pictures_share_an_instance_with_fewer" {
  command = plan

  variables {
    max_megapixels = 60
  }

  assert {
    condition = (
      module.function["upload"].service_config.available_memory == "4Gi"
      && module.function["upload"].service_config.max_instance_request_concurrency == 5
    )
    error_message = "More uploads at once than the memory holds."
  }
}

run "the_largest_pictures_get_more_memory" {
  command = plan

  variables {
    max_megapixels = 120
  }

  assert {
    condition = (
      module.function["upload"].service_config.available_memory == "8Gi"
      && module.function["matte"].service_config.available_memory == "8Gi"
      && module.function["upload"].service_config.max_instance_request_concurrency == 10
    )
    error_message = "Two workers with a picture of the largest size must fit."
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
    error_message = "With direct_invocation = false no function may be reached past the load balancer."
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
    error_message = "The new version must reach every function that uses the secret, and no other secret."
  }
}
