"""cloudbuild.yaml follows Cloud Build's rules, and its steps are in the right order."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local import ROOT
from tests.infra.builder_images import image_faults
from tests.infra.pipeline import faults, pipeline, with_mistake

SCRIPTS = {step["id"]: step["script"] for step in pipeline()["steps"]}


def schema_faults(build: Mapping[str, Any], folder: Path) -> str:
    path = folder / "cloudbuild.yaml"
    path.write_text(yaml.safe_dump(dict(build)))
    program = Path(sys.executable).with_name("check-jsonschema")
    command = [str(program), "--builtin-schema", "vendor.cloudbuild", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout


# Without a change


def test_it_matches_the_published_schema(tmp_path: Path) -> None:
    assert schema_faults(pipeline(), tmp_path) == ""


def test_nothing_in_it_is_unknown_undefined_unused_or_misread() -> None:
    assert faults(pipeline()) == []


def test_every_step_has_a_name_of_its_own() -> None:
    names = [step["id"] for step in pipeline()["steps"]]

    assert sorted(set(names)) == sorted(names)


def test_every_step_waits_for_the_one_before_it_and_none_may_fail() -> None:
    assert {field for step in pipeline()["steps"] for field in step} == {"id", "name", "script"}


def test_tests_come_first_then_plans_then_applies_then_their_users() -> None:
    order = {name: number for number, name in enumerate(SCRIPTS)}

    assert (order["test"], order["test-terraform"]) == (0, 1)
    assert order["bundle"] < order["plan-functions"] < order["apply-functions"] < order["publish"]
    assert order["plan-gke"] < order["apply-functions"]
    assert order["image"] < order["plan-gke"] < order["apply-gke"] < order["push"] < order["rollout"]


def test_terraform_applies_the_plan() -> None:
    for target in ("functions", "gke"):
        assert f'plan="$PWD/dist/{target}.tfplan"' in SCRIPTS[f"plan-{target}"]
        assert '-out="$plan"' in SCRIPTS[f"plan-{target}"]
        assert f'"$dist/{target}.tfplan"\n' in SCRIPTS[f"apply-{target}"]
        assert "auto-approve" not in SCRIPTS[f"apply-{target}"]


def test_the_region_is_said_in_one_place() -> None:
    text = (ROOT / "cloudbuild.yaml").read_text("utf-8")

    assert not re.findall(r"region=|_REGION|europe-|us-central", text), "it would override terraform.tfvars"


def test_the_image_is_pushed_to_terraforms_repository() -> None:
    assert "terraform output -raw image_repository" in SCRIPTS["apply-gke"]
    assert "docker push" in SCRIPTS["push"]


def test_every_image_has_its_steps_tools_and_is_pinned() -> None:
    assert image_faults(pipeline()) == []


def test_a_deployment_runs_the_tests_that_need_no_browser() -> None:
    assert "make lint" in SCRIPTS["test"]
    assert "pytest -q -m 'not extended' tests/unit tests/infra\n" in SCRIPTS["test"]


def test_the_image_that_runs_and_the_one_that_tests_have_the_same_python() -> None:
    dockerfile = (ROOT / "infra/gke/Dockerfile").read_text("utf-8")
    runs = re.search(r"python:(\d+\.\d+\.\d+)", dockerfile)

    assert runs is not None
    tests = {step["name"] for step in pipeline()["steps"] if step["name"].startswith("python:")}
    assert {name.split(":")[1].split("-")[0] for name in tests} == {runs[1]}


def test_the_options_exist_and_suit_an_account_of_our_own() -> None:
    options = pipeline()["options"]

    assert set(options) == {"automapSubstitutions", "dynamicSubstitutions", "logging", "env"}
    assert options["logging"] == "CLOUD_LOGGING_ONLY"
    assert options["automapSubstitutions"] is options["dynamicSubstitutions"] is True
    assert re.fullmatch(
        r"projects/\$PROJECT_ID/serviceAccounts/[a-z-]{6,30}@\$PROJECT_ID\.iam\.gserviceaccount\.com",
        pipeline()["serviceAccount"],
    )


def test_the_files_and_targets_that_scripts_name_exist() -> None:
    text = "\n".join(SCRIPTS.values())
    modules = set(re.findall(r"-m (infra(?:\.\w+)+)", text))
    paths = set(re.findall(r"\binfra/[\w./-]+", f"{text}\n{pipeline()['substitutions']['_MANIFESTS']}"))
    targets = {target for words in re.findall(r"\bmake ([a-z ]+)", text) for target in words.split()}

    assert modules == {"infra.bundle", "infra.site", "infra.rollout"}
    assert [name for name in modules if not (ROOT / name.replace(".", "/") / "__main__.py").is_file()] == []
    assert len(paths) >= 4
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert targets == {"lint", "model"}
    assert [name for name in targets if f"\n{name}:" not in (ROOT / "Makefile").read_text("utf-8")] == []


@pytest.mark.parametrize("target", ["functions", "gke"])
def test_terraform_has_the_variables_and_outputs_that_the_scripts_name(target: str) -> None:
    folder = ROOT / "infra/terraform/environments" / target
    declared = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.tf")))
    scripts = "\n".join(script for script in SCRIPTS.values() if f"environments/{target}\n" in script)

    for variable in re.findall(r'-var="(\w+)=', scripts):
        assert f'variable "{variable}"' in declared
    for output in re.findall(r"terraform output -raw (\w+)", scripts):
        assert f'output "{output}"' in declared
    assert 'backend "gcs"' in declared


def test_the_dockerfile_knows_its_build_arguments() -> None:
    given = re.findall(r'--build-arg "(\w+)=', SCRIPTS["image"])

    assert given
    for name in given:
        assert f"\nARG {name}" in (ROOT / "infra/gke/Dockerfile").read_text("utf-8")


# With a mistake


@pytest.mark.parametrize(
    ("change", "step", "told"),
    [
        ({"stepz": []}, None, 'no field named "stepz"'),
        ({"commands": ["make"]}, "test", 'no field named "commands"'),
        ({"options": {"machine": "E2_HIGHCPU_8"}}, None, 'no field named "machine"'),
        ({"options": {"machineType": "E2_HUGE"}}, None, "Invalid enum value E2_HUGE"),
        ({"timeout": "1h"}, None, "Failed to parse timeout field"),
        ({"dir": "$_PLACE"}, "test", "the substitution _PLACE is used, and nothing defines it"),
        ({"script": "#!/bin/sh\nset -eu\necho $_TARGTS\n"}, "test", "test reads _TARGTS, which is neither"),
        ({"script": "#!/bin/sh\nset -eu\necho $$_TARGETS\n"}, "test", "test has $$, which in a script is"),
        ({"script": "#!/bin/sh\necho ok\n"}, "test", "test goes on when a command of it fails"),
        (
            {"script": "#!/bin/sh\nset -eu\nls | wc\n"},
            "test",
            "test goes on when the first command of a pipe",
        ),
        ({"script": "#!/bin/sh\nset -eu\nif true\n"}, "test", "test is not a script for sh"),
    ],
)
def test_a_mistake_is_named(change: Mapping[str, Any], step: str | None, told: str) -> None:
    found = faults(with_mistake(change, step))

    assert any(told in fault for fault in found), found


def test_a_substitution_that_nothing_uses_is_named() -> None:
    given = {**pipeline()["substitutions"], "_TARGTS": "gke"}

    found = faults(with_mistake({"substitutions": given}))

    assert found == ["the substitution _TARGTS is defined, and nothing uses it"]


def test_the_schema_names_a_field_of_a_step_that_does_not_exist(tmp_path: Path) -> None:
    found = schema_faults(with_mistake({"commands": ["make"]}, "test"), tmp_path)

    assert "'commands' was unexpected" in found


GCLOUD = "gcr.io/google.com/cloudsdktool/google-cloud-cli"


@pytest.mark.parametrize(
    ("step", "change", "told"),
    [
        ("push", {"name": f"{GCLOUD}:latest"}, f"push: {GCLOUD} has no docker"),
        (
            "rollout",
            {"name": f"{GCLOUD}:573.0.0"},
            f"rollout: Google deletes versions of {GCLOUD} after a year",
        ),
        ("test", {"script": "#!/bin/sh\nset -eu\nmake test\n"}, "test: python has no libraries for Chromium"),
        ("test", {"name": "python:3.13.15-trixie"}, "test: python has no digest"),
        ("plan-gke", {"name": "alpine:3.22"}, "plan-gke: nothing is known of the image alpine"),
        ("bundle", {"script": "#!/bin/sh\nset -eu\nzip dist/a.zip functions\n"}, "bundle: python has no zip"),
    ],
)
def test_an_image_that_lacks_a_steps_tool_is_named(step: str, change: Mapping[str, Any], told: str) -> None:
    found = image_faults(with_mistake(change, step))

    assert [fault for fault in found if fault.startswith(told)], found
