# The address and the certificates of the Gateway in infra/gke-https, which names both after the cluster.
resource "google_compute_global_address" "gateway" {
  count = var.domain != "" ? 1 : 0

  name = var.name
}

module "certificate" {
  source = "../../modules/certificate"
  count  = var.domain != "" ? 1 : 0

  name    = var.name
  domains = distinct(concat([var.domain], var.other_domains))
}
