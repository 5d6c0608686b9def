"""The instructions of infra/gke/Dockerfile."""

import json
import re
from typing import NamedTuple

from infra.local import ROOT

PATH = ROOT / "infra/gke/Dockerfile"


class Instruction(NamedTuple):
    word: str
    rest: str


def instructions() -> list[Instruction]:
    """Return every instruction in order, each on one line."""
    lines = [line for line in PATH.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    whole = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [Instruction(*line.split(" ", 1)) for line in whole.splitlines()]


def last(word: str) -> str:
    """Return the arguments of the last instruction of this kind, which is the effective one."""
    return [each.rest for each in instructions() if each.word == word][-1]


def start_command() -> list[str]:
    """Return the command of a container."""
    command: list[str] = json.loads(last("CMD"))
    return command


def grace() -> int:
    """Return the seconds in which a container that is told to end finishes its requests."""
    command = start_command()
    return int(command[command.index("--grace") + 1])


def base() -> str:
    """Return the default base image of all stages, without its digest."""
    return pinned_base().partition("@")[0]


def pinned_base() -> str:
    """Return the default base image of all stages."""
    return dict(each.rest.split("=", 1) for each in instructions() if each.rest.startswith("PYTHON_IMAGE="))[
        "PYTHON_IMAGE"
    ]
