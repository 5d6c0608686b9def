"""infra/README.md tells an operator in time what the first apply needs, and every omission is reported."""

import shutil
from pathlib import Path

import pytest

from infra.local import ROOT
from tests.infra.guide_checks import IGNORED, guide_faults, input_faults
from tests.infra.terraform_files import ENVIRONMENTS, TERRAFORM

GUIDE = (ROOT / "infra/README.md").read_text("utf-8")


def test_the_guide_tells_everything_in_time() -> None:
    assert guide_faults(GUIDE) == []


@pytest.mark.parametrize(
    ("said", "instead", "told"),
    [
        (
            "roles/iam.securityAdmin",
            "roles/editor",
            "Terraform uses _iam_, and the guide does not name roles/iam",
        ),
        (
            "iam.allowedPolicyMemberDomains",
            "",
            "Terraform uses allUsers, and the guide does not name iam.allowed",
        ),
        (
            "storage.publicAccessPrevention",
            "",
            "Terraform uses google_storage_bucket, and the guide does not",
        ),
        ("gke-gcloud-auth-plugin", "", "Deploy on GKE: gke-gcloud-auth-plugin is called, and not asked for"),
        ("and docker.", "", "Deploy on GKE: docker is called, and not asked for"),
        ("--platform linux/amd64 ", "", "Deploy on GKE: on another processor, docker build makes an image"),
        (
            "for secret in $(gcloud secrets list --format",
            "for secret in mongo-uri app-secret-key x-rapid-api-key; do #",
            "the guide grants access to mongo-uri app-secret-key x-rapid-api-key without checking which of"
            " these secrets exist",
        ),
        ("git add ", "git rm ", "the guide does not tell to commit .terraform.lock.hcl"),
    ],
)
def test_an_omission_is_named(said: str, instead: str, told: str) -> None:
    assert said in GUIDE

    found = guide_faults(GUIDE.replace(said, instead))

    assert [fault for fault in found if fault.startswith(told)], found


def test_an_ignored_lock_file_is_named() -> None:
    assert guide_faults(GUIDE, f"{IGNORED}\n.terraform*\n") == [
        ".gitignore has .terraform*, so .terraform.lock.hcl cannot be committed"
    ]


def test_terraform_destroy_asks_for_nothing() -> None:
    assert input_faults() == []


def test_a_variable_that_destroy_would_ask_for_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "functions"
    shutil.copytree(TERRAFORM / "environments" / "functions", folder, ignore=shutil.ignore_patterns("tests"))
    file = folder / "variables.tf"
    text = file.read_text("utf-8")
    file.write_text(text.replace('  default     = ""\n', "", 1), "utf-8")

    assert folder.name in {each.name for each in ENVIRONMENTS}
    assert [fault for fault in input_faults([folder]) if fault.endswith("so terraform destroy asks for it")]
