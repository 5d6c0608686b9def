# The load balancer: its routes, with a domain and without, and its rate limit.
mock_provider "google" {}

variables {
  name   = "edge"
  region = "europe-west1"
  services = {
    upload = { service = "upload", backend = "uploads" }
    list   = { service = "list", backend = "rest" }
    health = { service = "health", backend = "rest" }
  }
  site_backend          = "projects/a-project/global/backendBuckets/site"
  domain                = ""
  rate_limit_per_minute = 0
}

run "without_a_domain" {
  module {
    source = "../../modules/edge"
  }

  assert {
    condition = {
      for rule in google_compute_url_map.this.path_matcher[0].path_rule : join(" ", sort(rule.paths)) => rule.service
      } == {
      "/"                         = var.site_backend
      "/*"                        = var.site_backend
      "/api/health /api/health/*" = google_compute_backend_service.this["rest"].id
      "/api/list /api/list/*"     = google_compute_backend_service.this["rest"].id
      "/api/upload /api/upload/*" = google_compute_backend_service.this["uploads"].id
    }
    error_message = "A path is routed to the wrong backend."
  }

  assert {
    condition = alltrue([
      for rule in google_compute_url_map.this.path_matcher[0].path_rule :
      length(rule.custom_error_response_policy) == (contains(rule.paths, "/*") ? 1 : 0)
    ])
    error_message = "The site's error page must replace the errors of the site only, not those of the endpoints."
  }

  assert {
    condition = one([
      for rule in google_compute_url_map.this.path_matcher[0].path_rule : rule.route_action[0].url_rewrite[0].path_prefix_rewrite
      if contains(rule.paths, "/")
    ]) == "/index.html"
    error_message = "The start page is missing: a private bucket serves none for /."
  }

  assert {
    condition     = length(google_compute_backend_service.this) == 2
    error_message = "There are other backend services than the one of uploads and the one of the rest."
  }

  assert {
    condition = (
      google_compute_region_network_endpoint_group.this["uploads"].cloud_run[0].service == "upload"
      && google_compute_region_network_endpoint_group.this["uploads"].cloud_run[0].url_mask == null
      && google_compute_region_network_endpoint_group.this["rest"].cloud_run[0].url_mask == "/api/<service>"
      && google_compute_region_network_endpoint_group.this["rest"].cloud_run[0].service == null
    )
    error_message = "A backend of one service must name it, and a backend of several must find it by the path."
  }

  assert {
    condition = (
      length(module.certificate) == 0
      && length(google_compute_target_https_proxy.this) == 0
      && length(google_compute_global_forwarding_rule.https) == 0
      && length(google_compute_url_map.to_https) == 0
    )
    error_message = "Without a domain there must be no https and no redirect to it."
  }

  assert {
    condition     = google_compute_target_http_proxy.this.url_map == google_compute_url_map.this.id && google_compute_global_forwarding_rule.http.port_range == "80"
    error_message = "Without a domain the site must be on plain http."
  }

  assert {
    condition     = output.url == "http://${google_compute_global_address.this.address}"
    error_message = "The site's address must be the load balancer's."
  }

  assert {
    condition     = length(google_compute_security_policy.this) == 0
    error_message = "Cloud Armor costs extra and was not asked for."
  }
}

run "with_a_domain" {
  module {
    source = "../../modules/edge"
  }

  variables {
    domain = "pictures.example.com"
  }

  assert {
    condition     = google_compute_target_https_proxy.this[0].certificate_map == "//certificatemanager.googleapis.com/${module.certificate[0].map}"
    error_message = "The https proxy must use the certificate map."
  }

  assert {
    condition     = google_compute_target_https_proxy.this[0].url_map == google_compute_url_map.this.id && google_compute_global_forwarding_rule.https[0].port_range == "443"
    error_message = "The site must be on https."
  }

  assert {
    condition = (
      google_compute_target_http_proxy.this.url_map == google_compute_url_map.to_https[0].id
      && google_compute_url_map.to_https[0].default_url_redirect[0].https_redirect
      && !google_compute_url_map.to_https[0].default_url_redirect[0].strip_query
    )
    error_message = "Http must redirect to https and keep the query."
  }

  assert {
    condition     = google_compute_global_forwarding_rule.http.ip_address == google_compute_global_forwarding_rule.https[0].ip_address
    error_message = "Http and https must share an address."
  }

  assert {
    condition     = google_compute_ssl_policy.this[0].min_tls_version == "TLS_1_2" && google_compute_target_https_proxy.this[0].ssl_policy == google_compute_ssl_policy.this[0].id
    error_message = "Versions of TLS before 1.2 must be refused."
  }

  assert {
    condition     = output.url == "https://pictures.example.com" && length(output.dns_records) == 1
    error_message = "The site's address must be the domain's, and its DNS record must be told."
  }
}

run "with_a_rate_limit" {
  module {
    source = "../../modules/edge"
  }

  variables {
    rate_limit_per_minute = 300
  }

  assert {
    condition = {
      for backend, policy in google_compute_security_policy.this : backend => policy.description
      } == {
      uploads = "At most 300 requests a minute from one address to upload"
      rest    = "At most 300 requests a minute from one address to health, list"
    }
    error_message = "Each backend needs a policy that names what it limits, because Cloud Armor counts for each backend."
  }

  assert {
    condition     = alltrue([for backend, service in google_compute_backend_service.this : service.security_policy == google_compute_security_policy.this[backend].id])
    error_message = "A backend must have the policy that names it."
  }

  assert {
    condition = alltrue([
      for policy in google_compute_security_policy.this : one([
        for rule in policy.rule : rule.rate_limit_options[0] if rule.action == "throttle"
      ]).enforce_on_key == "IP"
    ])
    error_message = "The limit must be counted for each address."
  }

  assert {
    condition = alltrue([
      for policy in google_compute_security_policy.this : one([
        for rule in policy.rule : rule.rate_limit_options[0].rate_limit_threshold[0] if rule.action == "throttle"
      ]) == { count = 300, interval_sec = 60 }
    ])
    error_message = "The limit must be the number of requests a minute that was asked for."
  }
}

run "cleanup_is_refused" {
  command = plan

  module {
    source = "../../modules/edge"
  }

  variables {
    services = { cleanup = { service = "cleanup", backend = "rest" } }
  }

  expect_failures = [var.services]
}

run "a_service_that_its_path_does_not_name_needs_a_backend_of_its_own" {
  command = plan

  module {
    source = "../../modules/edge"
  }

  variables {
    services = {
      upload   = { service = "upload", backend = "uploads" }
      removebg = { service = "removebg", backend = "uploads", paths = ["/v1.0/*"] }
    }
  }

  expect_failures = [var.services]
}

run "with_paths_of_its_own" {
  command = plan

  module {
    source = "../../modules/edge"
  }

  variables {
    services = {
      upload   = { service = "upload", backend = "uploads" }
      removebg = { service = "removebg", backend = "removals", paths = ["/v1.0/*", "/v1/*", "/api/remove"] }
    }
  }

  assert {
    condition = contains(
      [for rule in google_compute_url_map.this.path_matcher[0].path_rule : join(" ", sort(rule.paths))],
      "/api/remove /api/removebg /api/removebg/* /v1.0/* /v1/*"
    )
    error_message = "A service must answer at its own paths too."
  }
}
