output "map" {
  description = "Id of the certificate map; a proxy gets it once every domain has its entry."
  value       = google_certificate_manager_certificate_map.this.id
  depends_on  = [google_certificate_manager_certificate_map_entry.this]
}

output "map_name" {
  description = "Name of the certificate map."
  value       = google_certificate_manager_certificate_map.this.name
  depends_on  = [google_certificate_manager_certificate_map_entry.this]
}

output "dns_records" {
  description = "CNAME records that prove who owns the domains."
  value = [
    for domain in var.domains : {
      name = one(google_certificate_manager_dns_authorization.this[domain].dns_resource_record[*].name)
      type = one(google_certificate_manager_dns_authorization.this[domain].dns_resource_record[*].type)
      data = one(google_certificate_manager_dns_authorization.this[domain].dns_resource_record[*].data)
    }
  ]
}

output "certificates" {
  description = "Ids of the certificates by domain."
  value       = { for domain, certificate in google_certificate_manager_certificate.this : domain => certificate.id }
}
