# Certificates: moving the site to another domain never leaves a domain without its certificate.
mock_provider "google" {}

variables {
  name = "site"
}

run "the_first_domain" {
  module {
    source = "../../modules/certificate"
  }

  variables {
    domains = ["old.example.com"]
  }

  assert {
    condition     = google_certificate_manager_certificate.this["old.example.com"].managed[0].dns_authorizations == tolist([google_certificate_manager_dns_authorization.this["old.example.com"].id])
    error_message = "Without a DNS authorization there is no certificate before the domain points here."
  }

  assert {
    condition     = google_certificate_manager_certificate_map_entry.this["old.example.com"].hostname == "old.example.com"
    error_message = "The domain must have an entry in the map."
  }
}

run "the_next_domain_is_added" {
  module {
    source = "../../modules/certificate"
  }

  variables {
    domains = ["old.example.com", "new.example.com"]
  }

  assert {
    condition     = google_certificate_manager_certificate.this["old.example.com"].id == run.the_first_domain.certificates["old.example.com"]
    error_message = "The certificate in use was replaced."
  }
}

run "the_site_moves" {
  module {
    source = "../../modules/certificate"
  }

  variables {
    domains = ["new.example.com", "old.example.com"]
  }

  # Google replaces a certificate whose name changes; the mock provider would not.
  assert {
    condition = {
      for domain, certificate in google_certificate_manager_certificate.this : domain => certificate.name
    } == { for domain in var.domains : domain => "site-${substr(sha256(domain), 0, 8)}" }
    error_message = "A certificate's name must depend on its domain alone."
  }

  assert {
    condition     = output.certificates == run.the_next_domain_is_added.certificates
    error_message = "A certificate was replaced."
  }
}
