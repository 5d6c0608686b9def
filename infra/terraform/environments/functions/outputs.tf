output "site_url" {
  description = "The site's address."
  value       = module.edge.url
}

output "ip_address" {
  description = "The load balancer's address, where the domain has to point."
  value       = module.edge.ip_address
}

output "site_bucket" {
  description = "The bucket to publish the site to."
  value       = module.website.bucket
}

output "image_bucket" {
  description = "The bucket of the pictures."
  value       = module.images.bucket
}

output "function_urls" {
  description = "The functions' own addresses; cleanup answers only its schedule, and none anybody with direct_invocation = false."
  value       = { for endpoint, function in module.function : endpoint => function.uri }
}

output "alerts" {
  description = "What is watched."
  value       = module.monitoring.alerts
}

output "next_steps" {
  description = "What to do after an apply."
  value = join("\n", concat(
    var.domain == "" ? [] : ["Point an A record of ${var.domain} at ${module.edge.ip_address}; the certificate follows within an hour of that."],
    [
      "Publish the site: python -m infra.site gs://${module.website.bucket}",
      "See that it works: curl ${module.edge.url}/api/health",
      "Open ${module.edge.url}",
    ],
    var.domain == "" ? ["This is plain http, good for a trial. For https set domain and apply again."] : [],
    var.alert_email == "" ? ["Nobody is told of alerts yet: set alert_email."] : [],
  ))
}
