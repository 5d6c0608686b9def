"""The guide's roles cover every resource of Terraform."""

import functools
import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra.local import ROOT
from tests.infra.terraform_files import FOLDERS, TERRAFORM, blocks

GUIDE = (ROOT / "infra/README.md").read_text("utf-8")
# The role for creating, changing and deleting each type of resource, from Google's lists of roles.
ROLES: Mapping[str, str] = {
    "google_artifact_registry_repository": "artifactregistry.admin",
    "google_artifact_registry_repository_iam_member": "artifactregistry.admin",
    "google_billing_budget": "billing.costsManager",
    "google_certificate_manager_certificate": "certificatemanager.owner",
    "google_certificate_manager_certificate_map": "certificatemanager.owner",
    "google_certificate_manager_certificate_map_entry": "certificatemanager.owner",
    "google_certificate_manager_dns_authorization": "certificatemanager.owner",
    "google_cloud_run_service_iam_binding": "run.admin",
    "google_cloud_run_service_iam_member": "run.admin",
    "google_cloud_scheduler_job": "cloudscheduler.admin",
    "google_cloudfunctions2_function": "cloudfunctions.developer",
    "google_compute_backend_bucket": "compute.loadBalancerAdmin",
    "google_compute_backend_service": "compute.loadBalancerAdmin",
    "google_compute_global_address": "compute.loadBalancerAdmin",
    "google_compute_global_forwarding_rule": "compute.loadBalancerAdmin",
    "google_compute_region_network_endpoint_group": "compute.loadBalancerAdmin",
    "google_compute_security_policy": "compute.securityAdmin",
    "google_compute_ssl_policy": "compute.loadBalancerAdmin",
    "google_compute_target_http_proxy": "compute.loadBalancerAdmin",
    "google_compute_target_https_proxy": "compute.loadBalancerAdmin",
    "google_compute_url_map": "compute.loadBalancerAdmin",
    "google_container_cluster": "container.clusterAdmin",
    "google_container_node_pool": "container.clusterAdmin",
    "google_logging_metric": "logging.configWriter",
    "google_monitoring_alert_policy": "monitoring.editor",
    "google_monitoring_custom_service": "monitoring.editor",
    "google_monitoring_dashboard": "monitoring.editor",
    "google_monitoring_notification_channel": "monitoring.editor",
    "google_monitoring_slo": "monitoring.editor",
    "google_monitoring_uptime_check_config": "monitoring.editor",
    "google_project_iam_member": "resourcemanager.projectIamAdmin",
    "google_secret_manager_secret_iam_member": "secretmanager.admin",
    "google_service_account": "iam.serviceAccountAdmin",
    "google_service_account_iam_member": "iam.serviceAccountAdmin",
    "google_storage_bucket": "storage.admin",
    "google_storage_bucket_iam_member": "storage.admin",
    "google_storage_bucket_object": "storage.admin",
    "google_workflows_workflow": "workflows.editor",
}
# What else the deployer does: its log, deploying as other accounts, kubectl, reading a node pool's instance
# groups (container.clusterAdmin cannot), and charging API quota to the project.
OTHER_ROLES = {
    "logging.logWriter",
    "iam.serviceAccountUser",
    "container.developer",
    "compute.viewer",
    "serviceusage.serviceUsageConsumer",
}
# The roles that people grant individually, not in the loop over the project.
ELSEWHERE = {"resourcemanager.projectIamAdmin", "secretmanager.admin", "billing.costsManager"}


@functools.cache
def resources() -> list[tuple[str, dict[str, Any]]]:
    """Return the type and body of each resource of each folder."""
    return [(kind, body) for folder in FOLDERS for (kind, _), body in blocks(folder, "resource")]


def role_faults(kinds: set[str], guide: str) -> list[str]:
    """Return a sentence for each resource type without a role, and for each missing or unused role."""
    listed = {
        role
        for line in re.findall(r"^\| (`[^|]+) \|", guide, re.MULTILINE)
        for role in re.findall(r"`([\w.]+)`", line)
    }
    loop = re.search(r"^for role in (.+?); do", guide, re.MULTILINE | re.DOTALL)
    granted = set(re.findall(r"\w+\.\w+", loop[1] if loop else ""))
    needed = {ROLES[kind] for kind in kinds if kind in ROLES} | OTHER_ROLES
    return [
        *(
            f"{kind}: no role is known that covers it; add it to ROLES"
            for kind in sorted(kinds - ROLES.keys())
        ),
        *(f"{role} is needed, and the guide's table does not list it" for role in sorted(needed - listed)),
        *(
            f"{role} is needed, and the guide does not grant it"
            for role in sorted(needed - granted - ELSEWHERE)
        ),
        *(f"{role} is granted, and nothing needs it" for role in sorted(granted - needed)),
    ]


def test_the_guide_grants_what_terraform_needs_and_no_more() -> None:
    assert role_faults({kind for kind, _ in resources()}, GUIDE) == []


@pytest.mark.parametrize(
    ("kinds", "change", "told"),
    [
        ({"google_pubsub_topic"}, ("", ""), "google_pubsub_topic: no role is known that covers it"),
        (set(), (" compute.viewer;", ";"), "compute.viewer is needed, and the guide does not grant it"),
        (
            set(),
            (", `compute.viewer` |", " |"),
            "compute.viewer is needed, and the guide's table does not list it",
        ),
        (
            set(),
            (" compute.viewer;", " compute.viewer owner.owner;"),
            "owner.owner is granted, and nothing needs it",
        ),
    ],
)
def test_a_missing_or_unused_role_is_named(kinds: set[str], change: tuple[str, str], told: str) -> None:
    changed = GUIDE.replace(*change) if change[0] else GUIDE
    found = role_faults({kind for kind, _ in resources()} | kinds, changed)

    assert [fault for fault in found if fault.startswith(told)], found


def test_the_condition_allows_the_project_roles_that_terraform_grants() -> None:
    granted = {body["role"] for kind, body in resources() if kind == "google_project_iam_member"}
    condition = re.search(r"hasOnly\(\[(.+?)\]\)", GUIDE, re.DOTALL)

    assert condition
    assert set(re.findall(r"'([\w./]+)'", condition[1])) == granted


def test_the_guide_enables_the_apis_of_every_resource() -> None:
    enabled = set(re.findall(r"\b(\w+)\.googleapis\.com", GUIDE))
    apis = {
        **{api: api for api in ("compute", "container", "logging", "monitoring", "storage", "workflows")},
        **{"artifact": "artifactregistry", "billing": "billingbudgets", "certificate": "certificatemanager"},
        **{"cloudfunctions2": "cloudfunctions", "project": "cloudresourcemanager"},
        **{"secret": "secretmanager", "service": "iam"},
    }
    clouds = {"google_cloud_run": "run", "google_cloud_scheduler": "cloudscheduler"}
    for kind, _ in resources():
        prefix = next((api for start, api in clouds.items() if kind.startswith(start)), None)
        assert (prefix or apis[kind.split("_")[1]]) in enabled, kind


def test_terraform_is_as_new_as_the_guide_says() -> None:
    stated = re.search(r"\(https://developer\.hashicorp\.com/terraform/install\) ([\d.]+) or newer", GUIDE)
    required = {
        body["required_version"]
        for folder in FOLDERS
        if folder.is_relative_to(TERRAFORM / "environments")
        for _, body in blocks(folder, "terraform")
    }

    assert stated
    assert required == {f">= {stated[1]}"}
