terraform {
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
  }

  # terraform init -backend-config=bucket=BUCKET -backend-config=prefix=functions
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region

  # The budget's API charges its quota to a project and refuses callers that name none.
  user_project_override = true
  billing_project       = var.project_id

  default_labels = {
    application = var.name
    managed-by  = "terraform"
  }
}
