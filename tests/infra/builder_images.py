"""The tools that each step of cloudbuild.yaml needs, and the tools of its image."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# From the images' documentation, read in November 2026; by name, without tag and digest.
_POSIX = {"sh", "cat", "cp", "echo", "grep", "mkdir", "rm"}
TOOLS: Mapping[str, set[str]] = {
    "python": _POSIX | {"python", "make", "git"},  # the full image; the slim one has no make
    "hashicorp/terraform": _POSIX | {"terraform", "git"},
    "docker": _POSIX | {"docker"},  # the Docker team's command line, with buildx
    # No docker since 531, no buildx since 523.
    "gcr.io/google.com/cloudsdktool/google-cloud-cli": _POSIX
    | {"gcloud", "kubectl", "gke-gcloud-auth-plugin", "git"},
}
# Google deletes these images after a year, so a pin would break the builds of older commits.
DELETED_AFTER_A_YEAR = {"gcr.io/google.com/cloudsdktool/google-cloud-cli"}

# The tools that a command needs besides itself.
_CHROMIUM = "libraries for Chromium"
_NEEDS: Mapping[str, set[str]] = {
    r"\bmake ([\w ]+ )?test\b": {_CHROMIUM},
    r"\btests/(browser|integration)\b|-m pytest( -\w+)*$": {_CHROMIUM},
    r"\bmake\b": {"python"},
    r"\.venv/bin/python\b": {"python"},
    r"^sh -eu dist/get_credentials$": {"gcloud"},  # a command that Terraform wrote
    r"^sh -eu dist/open_commands$": {"gcloud"},
    r"^kubectl\b": {"gke-gcloud-auth-plugin"},
}
_SHELLS_OWN = {"set", "case", "esac", "exit", "for", "do", "done", "if", "then", "fi", "cd"}


def image_faults(build: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each step whose image lacks a tool, or will be deleted."""
    return [fault for step in build["steps"] for fault in _step_faults(step)]


def _step_faults(step: Mapping[str, Any]) -> Iterator[str]:
    name, _, pin = _parts(step["name"])
    if name not in TOOLS:
        yield f"{step['id']}: nothing is known of the image {name}: list its tools in builder_images.py"
        return
    for tool in sorted(needed(step["script"]) - TOOLS[name]):
        yield f"{step['id']}: {name} has no {tool}"
    if name in DELETED_AFTER_A_YEAR and step["name"].split(":")[-1] != "latest":
        yield f"{step['id']}: Google deletes versions of {name} after a year: use latest"
    if name not in DELETED_AFTER_A_YEAR and not re.fullmatch(r"sha256:[0-9a-f]{64}", pin):
        yield f"{step['id']}: {name} has no digest, so its tag may become another image"


def _parts(image: str) -> tuple[str, str, str]:
    """Split an image's name, tag and digest."""
    rest, _, digest = image.partition("@")
    name, _, tag = rest.partition(":")
    return name, tag, digest


def needed(script: str) -> set[str]:
    """Return the tools that a script calls, and the tools that those need."""
    lines = [line.strip() for line in script.replace("\\\n", " ").splitlines()[1:]]
    lines = [line for line in lines if line and not line.startswith("#")]
    tools = {tool for line in lines for tool in _commands(line)}
    return tools.union(
        *(needs for line in lines for pattern, needs in _NEEDS.items() if re.search(pattern, line))
    )


def _commands(line: str) -> Iterator[str]:
    """Yield the first word of every command in a line."""
    substitutions = re.findall(r"\$\(([^)]*)\)", line)
    line = re.sub(r"^[^()]*\) ", "", re.sub(r"\$\([^)]*\)|\"[^\"]*\"", "$", line))  # without a case's pattern
    for part in [*substitutions, *re.split(r";|&&|\|\||\bif\b|\bin \*", line)]:
        words = [word for word in part.split() if not re.match(r"\w+=|[<>$:]", word)]
        if words and re.fullmatch(r"[a-z][\w-]*", words[0]) and words[0] not in _SHELLS_OWN:
            yield words[0]
