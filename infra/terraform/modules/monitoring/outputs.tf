output "alerts" {
  description = "Names of the alerts."
  value = sort([
    for policy in concat(
      values(google_monitoring_alert_policy.burn),
      values(google_monitoring_alert_policy.down),
      [google_monitoring_alert_policy.cleanup],
    ) : policy.display_name
  ])
}
