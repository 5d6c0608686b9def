module "cluster" {
  source = "../../modules/cluster"

  project_id           = var.project_id
  name                 = var.name
  location             = var.autopilot ? var.region : var.zone
  autopilot            = var.autopilot
  machine_type         = var.machine_type
  node_count           = var.node_count
  node_service_account = "${var.name}-gke"
  network              = var.network
  subnetwork           = var.subnetwork
  deletion_protection  = var.deletion_protection
}

module "images" {
  source = "../../modules/images"

  name           = "${var.project_id}-${var.name}-images"
  location       = coalesce(var.location, var.region)
  site_origins   = var.site_origins
  retention_days = var.retention_days
  writers        = { application = google_service_account.app.member }
}
