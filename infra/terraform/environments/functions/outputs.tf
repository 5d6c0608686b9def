output "site_url" {
  description = "Address of the site."
  value       = module.edge.url
}

output "ip_address" {
  description = "Address of the load balancer; the domain's A record points here."
  value       = module.edge.ip_address
}

output "dns_records" {
  description = "CNAME records to make before the certificates of the domains can be issued."
  value       = module.edge.dns_records
}

output "site_bucket" {
  description = "Bucket to publish the site to."
  value       = module.website.bucket
}

output "image_bucket" {
  description = "Bucket of the pictures."
  value       = module.images.bucket
}

output "function_urls" {
  description = "The functions' own addresses. Cleanup answers its workflow only, and with direct_invocation = false no function answers there."
  value       = { for endpoint, function in module.function : endpoint => function.uri }
}

output "open_commands" {
  description = "With all_users = false: the commands that open the functions to everybody, one a line."
  value = var.all_users ? "" : join("\n", [
    for endpoint in keys(local.endpoints) :
    "gcloud run services update ${module.function[endpoint].name} --region ${var.region} --project ${var.project_id} --no-invoker-iam-check"
  ])
}

output "alerts" {
  description = "Names of the alerts."
  value       = module.monitoring.alerts
}

output "next_steps" {
  description = "What to do after an apply."
  value = join("\n", concat(
    [for record in module.edge.dns_records : "Make the DNS record: ${record.name} ${record.type} ${record.data}"],
    var.domain == "" ? [] : ["Once the certificate is ACTIVE, point an A record of ${var.domain} at ${module.edge.ip_address}: gcloud certificate-manager certificates list"],
    [
      "Publish the site: python -m infra.site gs://${module.website.bucket}",
      "Check it: curl ${module.edge.url}/api/health",
      "Open ${module.edge.url}",
    ],
    var.all_users ? [] : ["Open the functions: terraform output -raw open_commands | sh"],
    var.domain == "" ? ["This is plain http, good for a trial. For https set domain and apply again."] : [],
    var.alert_email == "" ? ["Alerts are sent to nobody: set alert_email."] : [],
  ))
}
