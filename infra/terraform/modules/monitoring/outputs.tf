output "alerts" {
  description = "What is watched, by the alerts' names."
  value = concat(
    [for policy in values(google_monitoring_alert_policy.queries) : policy.display_name],
    [google_monitoring_alert_policy.down.display_name],
  )
}
