"""cloudbuild.yaml in the eyes of Cloud Build: the mistakes that it refuses, and those that it ignores."""

import copy
import re
import subprocess
from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

import yaml
from google.cloud.devtools.cloudbuild_v1 import Build
from google.protobuf import json_format

from infra.local import ROOT

PATH = ROOT / "cloudbuild.yaml"
# Cloud Build's own substitutions: those of every build, and those of builds from a push (else empty).
GIVEN = {"PROJECT_ID": "some-project", "BUILD_ID": "0badcafe-1111-2222-3333-444455556666"}
PUSHED = {"SHORT_SHA": "1234abc"}
PROLOGUE = "#!/bin/sh\nset -eu\n"

_SHELLS_OWN = {"PWD"}
_SUBSTITUTION = re.compile(r"(?<!\$)\$\{?(\w+)")
_READ = re.compile(r"\$\{?(\w+)")
_SET = re.compile(r"^\s*(?:for )?(\w+)(?:=| in )", re.MULTILINE)
_PIPE = re.compile(r"[^|]\|[^|]")


def pipeline() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
    return loaded


def with_mistake(change: Mapping[str, Any], step: str | None = None) -> dict[str, Any]:
    """Return the pipeline with something replaced in it, or in one of its steps."""
    changed = copy.deepcopy(pipeline())
    steps = {each["id"]: each for each in changed["steps"]}
    (steps[step] if step else changed).update(change)
    return changed


def faults(build: Mapping[str, Any]) -> list[str]:
    """Return a sentence for every mistake of a build."""
    try:
        json_format.ParseDict(build, Build.pb(Build()))
    except json_format.ParseError as error:
        return [str(error)]
    scripts = {step["id"]: step.get("script", "") for step in build["steps"]}
    return [
        *_substitution_faults(build),
        *(fault for name, script in scripts.items() for fault in script_faults(name, script, build)),
    ]


def _substitution_faults(build: Mapping[str, Any]) -> Iterator[str]:
    defined = build.get("substitutions", {})
    used = {name for text in _templates(build) for name in _SUBSTITUTION.findall(text)}
    read = {name for step in build["steps"] for name in _READ.findall(step.get("script", ""))}
    for name in sorted(used - defined.keys() - GIVEN.keys() - PUSHED.keys()):
        yield f"the substitution {name} is used, and nothing defines it"
    for name in sorted(defined.keys() - used - read):
        yield f"the substitution {name} is defined, and nothing uses it"


def _templates(build: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts with substitutions; scripts have none."""
    yield from build.get("substitutions", {}).values()
    yield build.get("serviceAccount", "")
    for step in build["steps"]:
        yield from (str(value) for name, value in step.items() if name != "script")


def script_faults(step: str, script: str, build: Mapping[str, Any]) -> Iterator[str]:
    """Yield the mistakes in the script of a step."""
    if not script.startswith(PROLOGUE):
        yield f"{step} goes on when a command of it fails: it does not begin with set -eu"
    if "$$" in script:
        yield f"{step} has $$, which in a script is the number of the process"
    for line in script.splitlines():
        if _PIPE.search(line) and not line.strip().endswith(") ;;"):
            yield f"{step} goes on when the first command of a pipe fails: {line.strip()}"
    known = {*build.get("substitutions", {}), *GIVEN, *PUSHED, *_SHELLS_OWN, *_SET.findall(script)}
    for name in sorted({*_READ.findall(script)} - known):
        yield f"{step} reads {name}, which is neither a substitution nor set there"
    for shell in (["sh", "-n"], ["bash", "--posix", "-n"]):
        done = subprocess.run(shell, input=script, capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"{step} is not a script for {shell[0]}: {done.stderr.strip()}"


def substituted(build: Mapping[str, Any], **chosen: str) -> dict[str, str]:
    """Return the variables of the scripts, with nested substitutions resolved."""
    values = {**GIVEN, **build["substitutions"], **chosen}
    return {name: _resolved(value, values) for name, value in values.items()}


def _resolved(text: str, values: Mapping[str, str]) -> str:
    return _resolved(Template(text).substitute(values), values) if "$" in text else text
