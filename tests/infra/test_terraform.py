"""Terraform's files, compared with the code that they deploy.

These tests only read and validate the files. `terraform test` runs the assertions about what they make
(`*.tftest.hcl`), which take a minute.
"""

import contextlib
import json
import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from app import site_policy
from common.observability.logging import configure
from common.removers import fallback
from common.settings import SETTINGS, Settings
from endpoints import CLOUD_FUNCTIONS, ENDPOINTS
from infra.local.processes import TUNING
from tests.infra.in_use import in_use_faults
from tests.infra.terraform_files import ENVIRONMENTS, FOLDERS, ROOT, TERRAFORM, blocks, local_values, strings

FUNCTIONS = TERRAFORM / "environments" / "functions"
LOCALS = local_values(FUNCTIONS)
DEPLOYED: dict[str, dict[str, Any]] = LOCALS["functions"]
CHECKER = ROOT.parent / "shared" / "tfcheck" / "tfcheck"
CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"

# Checkov's checks that apply here, except those that ask for
# - things that cost more than they bring here: our own keys and logs, private nodes, the rest of the
#   hardening of clusters that many people share (20, 25, 61, 62, 64, 65, 66, 84);
# - versions in buckets (78), where a deleted picture would live on;
# - things that exist under another name: Dataplane V2 enforces NetworkPolicies (12), the provider sets
#   labels (21), client certificates are off by default (13), and the node pool with secure boot and metadata
#   server is not the cluster's first, which is removed at once (68, 69);
# - a rule against a hole in a Java library (73).
CHECKS = [
    *(f"CKV_GCP_{n}" for n in (1, 4, 7, 8, 9, 10, 18, 23, 28, 29, 41, 42, 46, 49)),
    *(f"CKV_GCP_{n}" for n in (70, 71, 72, 101, 102, 114, 117, 123)),
    "CKV2_GCP_19",
]


def folder_name(folder: Path) -> str:
    return str(folder.relative_to(TERRAFORM))


def unescaped(text: str) -> str:
    return text.replace('\\"', '"')


def settings_of(endpoint: str) -> set[str]:
    own = LOCALS["remover_settings"] if DEPLOYED[endpoint].get("removes_backgrounds") else {}
    return {*LOCALS["settings"], *own}


def test_every_entry_point_is_deployed_and_no_other() -> None:
    deployed = {name: function["entry_point"] for name, function in DEPLOYED.items()}

    assert deployed == {name: endpoint.target for name, endpoint in CLOUD_FUNCTIONS.items()}


@pytest.mark.parametrize("endpoint", DEPLOYED)
def test_a_function_has_only_known_settings(endpoint: str) -> None:
    assert {*settings_of(endpoint), *DEPLOYED[endpoint]["secrets"]} <= set(SETTINGS)


@pytest.mark.parametrize("endpoint", DEPLOYED)
def test_a_function_has_every_required_setting(endpoint: str) -> None:
    function = DEPLOYED[endpoint]

    assert set(ENDPOINTS[endpoint].requires) <= {*settings_of(endpoint), *function["secrets"]}


@pytest.mark.parametrize("endpoint", DEPLOYED)
def test_a_secret_reaches_only_the_functions_that_use_it(endpoint: str) -> None:
    key_of_the_provider = {"X_RAPID_API_KEY"} if DEPLOYED[endpoint].get("removes_backgrounds") else set()

    used = {*ENDPOINTS[endpoint].requires, *key_of_the_provider} - {"REMOVER"}
    assert set(DEPLOYED[endpoint]["secrets"]) == used
    assert not used & settings_of(endpoint), "a secret is among the settings, which everybody may read"


def test_upload_has_the_settings_of_both_removers() -> None:
    assert {"REMOVER", "LOCAL_MODEL", "LOCAL_MODEL_PATH"} <= set(LOCALS["remover_settings"])
    assert "X_RAPID_API_KEY" in DEPLOYED["upload"]["secrets"]


def test_the_module_adds_only_threads_and_the_libraries_tuning_to_the_settings() -> None:
    resources = dict(blocks(TERRAFORM / "modules" / "function", "resource"))
    function = resources["google_cloudfunctions2_function", "this"]
    [service] = function["service_config"]

    assert re.findall(r"\b([A-Z][A-Z_]+)\b", service["environment_variables"]) == [
        "THREADS",
        "MALLOC_ARENA_MAX",
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TRIM_THRESHOLD_",
        "OPENBLAS_NUM_THREADS",
    ]


def test_libraries_are_tuned_alike_on_every_host() -> None:
    for path in ("terraform/modules/function/main.tf", "gke/Dockerfile"):
        text = re.sub(r'[ "]', "", (ROOT / "infra" / path).read_text("utf-8"))
        assert all(f"{name}={value}" in text for name, value in TUNING.items()), path


def test_defaults_are_the_applications() -> None:
    defaults = {field.name: field.default for field in fields(Settings)}
    variables = {name: body for (name,), body in blocks(FUNCTIONS, "variable")}
    shared = {
        name: body["default"] for name, body in variables.items() if name in defaults and name != "remover"
    }

    assert len(shared) == 7
    assert shared == {name: defaults[name] for name in shared}


def test_only_cleanup_is_internal() -> None:
    internal = [name for name, endpoint in ENDPOINTS.items() if not endpoint.is_public]

    assert [name for name, function in DEPLOYED.items() if not function.get("public", True)] == internal
    assert internal == ["cleanup"]


def test_only_functions_are_open_to_everybody() -> None:
    open_to_all = [
        folder_name(path)
        for folder in FOLDERS
        for path in folder.glob("*.tf")
        for _ in re.findall('"(?:allUsers|allAuthenticatedUsers)"', path.read_text())
    ]

    assert open_to_all == ["modules/function/iam.tf"]


def test_a_plan_that_would_replace_the_pictures_bucket_fails() -> None:
    [bucket] = [
        body
        for (kind, _), body in blocks(TERRAFORM / "modules" / "images", "resource")
        if kind == "google_storage_bucket"
    ]

    assert [lifecycle["prevent_destroy"] for lifecycle in bucket["lifecycle"]] == [True]


def test_earlier_bundles_stay_in_their_bucket_for_rollbacks() -> None:
    resources = dict(blocks(FUNCTIONS, "resource"))
    bundles = [body for (kind, _), body in resources.items() if kind == "google_storage_bucket_object"]
    [rule] = resources["google_storage_bucket", "source"]["lifecycle_rule"]

    assert [bundle["deletion_policy"] for bundle in bundles] == ["ABANDON", "ABANDON"]
    assert rule["condition"][0]["age"] >= 365


@pytest.mark.parametrize("folder", FOLDERS, ids=folder_name)
def test_nothing_is_deleted_while_something_else_uses_it(folder: Path) -> None:
    assert in_use_faults(dict(blocks(folder, "resource")), local_values(folder)) == []


@pytest.mark.parametrize(
    ("module", "name", "user"),
    [
        ("edge", ("google_compute_security_policy", "this"), "google_compute_backend_service.this"),
        ("edge", ("google_compute_url_map", "to_https"), "google_compute_target_http_proxy.this"),
        ("monitoring", ("google_monitoring_notification_channel", "email"), "local.channels"),
    ],
)
def test_a_missing_create_before_destroy_is_named(module: str, name: tuple[str, str], user: str) -> None:
    folder = TERRAFORM / "modules" / module
    resources = dict(blocks(folder, "resource"))
    del resources[name]["lifecycle"]

    assert in_use_faults(resources, local_values(folder)) == [
        f"{'.'.join(name)} can be turned off while {user} uses it: it needs create_before_destroy"
    ]


@contextlib.contextmanager
def restored_logging() -> Iterator[None]:
    """Restore the root logger after the block."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_log_based_metrics_count_lines_that_the_application_writes() -> None:
    metrics = local_values(TERRAFORM / "modules" / "monitoring")["log_metrics"]
    stream = StringIO()
    with restored_logging():
        configure("INFO", stream)
        fallback.logger.warning("The remover %s failed with %s", "a", "b")
    [line] = stream.getvalue().splitlines()

    assert f"jsonPayload.logger={json.dumps(json.loads(line)['logger'])}" in unescaped(
        metrics["remover_fallbacks"]["filter"]
    )
    assert 'jsonPayload.logger="request"' in unescaped(metrics["remover_failures"]["filter"])
    text = (TERRAFORM / "modules" / "monitoring" / "metrics.tf").read_text()
    assert "textPayload" not in text, "the log is JSON, so no entry has a textPayload"
    assert text.count('log_id("run.googleapis.com/stderr")') == 1, "Cloud Run logs each request a second time"


def test_the_site_has_the_policy_of_the_application() -> None:
    expression = local_values(TERRAFORM / "modules" / "website")["content_security_policy"]
    separator, *directives = strings(expression)

    assert separator.join(directives) == site_policy(bucket=True)


@pytest.mark.parametrize("folder", FOLDERS, ids=folder_name)
def test_the_only_provider_is_googles(folder: Path) -> None:
    [(_, terraform)] = blocks(folder, "terraform")
    [providers] = terraform["required_providers"]
    providers.pop("__is_block__")

    assert providers == {"google": {"source": "hashicorp/google", "version": "~> 8.0"}}
    assert all(kind.startswith("google_") for (kind, _), _ in blocks(folder, "resource"))


@pytest.mark.parametrize("folder", FOLDERS, ids=folder_name)
def test_variables_are_typed_described_and_used(folder: Path) -> None:
    text = "\n".join(path.read_text() for path in folder.glob("*.tf"))
    for (name,), variable in blocks(folder, "variable"):
        uses = len(re.findall(rf"\bvar\.{name}\b", text)) - str(variable).count(f"var.{name}")

        assert variable["type"], name
        assert variable["description"].endswith("."), name
        assert uses > 0, f"{name} is not used"


@pytest.mark.parametrize("folder", FOLDERS, ids=folder_name)
def test_outputs_are_described(folder: Path) -> None:
    assert all(output["description"].endswith(".") for _, output in blocks(folder, "output"))


def test_the_files_are_formatted() -> None:
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed: the format of its files was not checked")
    command = ["terraform", "fmt", "-check", "-diff", "-recursive", str(TERRAFORM)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=folder_name)
def test_the_provider_knows_every_argument(environment: Path, tmp_path: Path) -> None:
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed: its files were read, but not validated")
    if not CHECKER.exists():
        pytest.skip("the provider has to be downloaded for this: run terraform init and terraform validate")
    # In a copy, since modules are noted down beside the files, and without the tests, which take a minute.
    shutil.copytree(TERRAFORM, tmp_path / "terraform", ignore=shutil.ignore_patterns("tests", ".terraform*"))
    copy = tmp_path / "terraform" / environment.relative_to(TERRAFORM)
    done = subprocess.run([CHECKER, copy], capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.extended
def test_checkov_finds_nothing() -> None:
    if not CHECKOV.exists():
        pytest.skip("checkov is not installed: make test sets it up")
    options = ["--framework", "terraform", "--check", ",".join(CHECKS), "--skip-path", "tests"]
    command = [str(CHECKOV), "-d", str(TERRAFORM), *options, "--skip-download", "--compact", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout
