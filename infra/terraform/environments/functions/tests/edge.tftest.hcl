# The load balancer: what goes where, with a domain and without.
mock_provider "google" {}

variables {
  name                  = "edge"
  region                = "europe-west1"
  services              = { upload = "edge-upload", health = "edge-health" }
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
      "/*"                        = var.site_backend
      "/api/health /api/health/*" = google_compute_backend_service.this["health"].id
      "/api/upload /api/upload/*" = google_compute_backend_service.this["upload"].id
    }
    error_message = "The paths do not lead where they should."
  }

  assert {
    condition = alltrue([
      for rule in google_compute_url_map.this.path_matcher[0].path_rule :
      length(rule.custom_error_response_policy) == (contains(rule.paths, "/*") ? 1 : 0)
    ])
    error_message = "Only the site's errors become its page: what the endpoints answer is theirs."
  }

  assert {
    condition     = alltrue([for endpoint, neg in google_compute_region_network_endpoint_group.this : neg.cloud_run[0].service == "edge-${endpoint}"])
    error_message = "A backend leads to another service."
  }

  assert {
    condition = (
      length(google_compute_managed_ssl_certificate.this) == 0
      && length(google_compute_target_https_proxy.this) == 0
      && length(google_compute_global_forwarding_rule.https) == 0
      && length(google_compute_url_map.to_https) == 0
    )
    error_message = "Without a domain there is no https, and nothing that redirects to it."
  }

  assert {
    condition     = google_compute_target_http_proxy.this.url_map == google_compute_url_map.this.id && google_compute_global_forwarding_rule.http.port_range == "80"
    error_message = "Without a domain the site is on plain http."
  }

  assert {
    condition     = output.url == "http://${google_compute_global_address.this.address}"
    error_message = "The site's address is the load balancer's."
  }

  assert {
    condition     = length(google_compute_security_policy.this) == 0
    error_message = "Nobody asked for Cloud Armor, which costs extra."
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
    condition     = google_compute_managed_ssl_certificate.this[0].managed[0].domains == tolist(["pictures.example.com"])
    error_message = "The certificate is for another domain."
  }

  assert {
    condition     = strcontains(google_compute_managed_ssl_certificate.this[0].name, substr(sha256("pictures.example.com"), 0, 8))
    error_message = "Another domain's certificate would have the same name, and the one in use could not be replaced."
  }

  assert {
    condition     = google_compute_target_https_proxy.this[0].url_map == google_compute_url_map.this.id && google_compute_global_forwarding_rule.https[0].port_range == "443"
    error_message = "The site is not on https."
  }

  assert {
    condition = (
      google_compute_target_http_proxy.this.url_map == google_compute_url_map.to_https[0].id
      && google_compute_url_map.to_https[0].default_url_redirect[0].https_redirect
      && !google_compute_url_map.to_https[0].default_url_redirect[0].strip_query
    )
    error_message = "Http is not sent on to https, query and all."
  }

  assert {
    condition     = google_compute_global_forwarding_rule.http.ip_address == google_compute_global_forwarding_rule.https[0].ip_address
    error_message = "Http and https are at different addresses."
  }

  assert {
    condition     = google_compute_ssl_policy.this[0].min_tls_version == "TLS_1_2" && google_compute_target_https_proxy.this[0].ssl_policy == google_compute_ssl_policy.this[0].id
    error_message = "Old versions of TLS are spoken."
  }

  assert {
    condition     = output.url == "https://pictures.example.com"
    error_message = "The site's address is not the domain's."
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
    condition     = alltrue([for backend in google_compute_backend_service.this : backend.security_policy == google_compute_security_policy.this[0].id])
    error_message = "An endpoint is not limited."
  }

  assert {
    condition = one([
      for rule in google_compute_security_policy.this[0].rule : rule.rate_limit_options[0] if rule.action == "throttle"
    ]).enforce_on_key == "IP"
    error_message = "The limit is not for each address."
  }

  assert {
    condition = one([
      for rule in google_compute_security_policy.this[0].rule : rule.rate_limit_options[0].rate_limit_threshold[0]
      if rule.action == "throttle"
    ]) == { count = 300, interval_sec = 60 }
    error_message = "No rule limits an address to so many requests a minute."
  }
}

run "cleanup_has_no_place_on_it" {
  command = plan

  module {
    source = "../../modules/edge"
  }

  variables {
    services = { cleanup = "edge-cleanup" }
  }

  expect_failures = [var.services]
}
