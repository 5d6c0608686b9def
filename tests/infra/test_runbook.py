"""What infra/README.md and the page of compose tell an operator to run, read and set exists."""

import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from common.settings import Settings
from common.web.endpoint import largest_body
from infra.local import ROOT
from tests.infra import dockerfile
from tests.infra.manifests import GKE, rendered
from tests.infra.pipeline import pipeline
from tests.infra.pod_checks import LONGEST_UPLOAD
from tests.infra.terraform_files import ENVIRONMENTS, blocks

PAGES = ("infra/README.md", "infra/compose/README.md")
GUIDE = "\n".join((ROOT / page).read_text("utf-8") for page in PAGES)
COMPOSE = (ROOT / "infra/compose/compose.yaml").read_text("utf-8")

_MADE_BY_THE_OPERATOR = ("compose/.env", "terraform.tfvars", ".terraform.lock.hcl")


class Command(NamedTuple):
    """A call of one of our modules: its name, its first word and its options."""

    module: str
    word: str
    options: frozenset[str]


def code(guide: str) -> str:
    """Return all that the guide has as code, lines that go on joined."""
    blocks = re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", guide)]).replace("\\\n", " ")


def commands(guide: str) -> set[Command]:
    calls = re.findall(r"python -m (infra\.\w+)([^\n#|&;)]*)", code(guide))
    return {
        Command(module, (rest.split() or [""])[0], frozenset(re.findall(r"(?<!\S)(--[a-z-]+)", rest)))
        for module, rest in calls
    }


def runbook_faults(guide: str) -> list[str]:
    """Return a sentence for everything that the guide names and that does not exist."""
    checks = (_paths, _targets, _terraform, _objects, _settings, _times, _sizes)
    return [fault for check in checks for fault in check(guide)]


def _paths(guide: str) -> Iterator[str]:
    paths = set(re.findall(r"(?<![\w/.:$-])(?:infra|tests|functions)/[\w./-]+\w", code(guide)))
    for path in sorted(paths):
        if not (ROOT / path).exists() and not path.endswith(_MADE_BY_THE_OPERATOR):
            yield f"{path} does not exist"
    folders = [ROOT / page for page in PAGES]
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", guide):
        if not any((page.parent / link).exists() for page in folders):
            yield f"the link {link} leads nowhere"


def _targets(guide: str) -> Iterator[str]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in sorted(set(re.findall(r"\bmake ([a-z][a-z-]*)", code(guide)))):
        if f"\n{target}:" not in makefile:
            yield f"make {target} does not exist"


def _terraform(guide: str) -> Iterator[str]:
    outputs, variables = _declared("output"), _declared("variable")
    for name in sorted(set(re.findall(r"output (?:-raw )?(\w+)", code(guide)))):
        if name not in outputs:
            yield f"Terraform has no output {name}"
    assigned = re.findall(
        r"^ *(\w+) +=",
        "\n".join(re.findall(r"(?:```hcl|<<END)\n(.*?)(?:```|END)", guide, re.DOTALL)),
        re.MULTILINE,
    )
    assigned += re.findall(r"`(\w+) = ", guide) + re.findall(r'-var "?(\w+)=', guide)
    for name in sorted(set(assigned) - variables):
        yield f"Terraform has no variable {name}"


@functools.cache
def _declared(kind: str) -> set[str]:
    return {name for folder in ENVIRONMENTS for (name,), _ in blocks(folder, kind)}


@functools.cache
def _rendered() -> set[str]:
    return {f"{each['kind'].lower()}/{each['metadata']['name']}" for each in rendered()}


def _objects(guide: str) -> Iterator[str]:
    there_are = _rendered()
    for kind, name in re.findall(r"\b(deployment|service)[/ ](image-[\w-]+)", code(guide)):
        if f"{kind}/{name}" not in there_are:
            yield f"there is no {kind}/{name} among the manifests"
    for name in re.findall(r"mongodump --db (\w+)|`readWrite` on `(\w+)`", guide):
        if "".join(name) != Settings().mongo_db:
            yield f"the application's database is {Settings().mongo_db}, and not {''.join(name)}"
    secret = (GKE / "secret.example.yaml").read_text("utf-8")
    for name in re.findall(r"--from-literal=(\w+)=", code(guide)):
        if f"  {name}: " not in secret:
            yield f"{name} is not one of the Secret's keys"


def _settings(guide: str) -> Iterator[str]:
    substitutions = pipeline()["substitutions"]
    for name in sorted(set(re.findall(r"(?<![A-Z])_[A-Z_]+\b", code(guide))) - substitutions.keys()):
        yield f"cloudbuild.yaml has no substitution {name}"
    table = re.findall(r"^\| (`[A-Z].*?) \|", (ROOT / PAGES[1]).read_text("utf-8"), re.MULTILINE)
    for name in re.findall(r"`([A-Z_]+)`", "\n".join(table)):
        if f"${{{name}:" not in COMPOSE:
            yield f"compose.yaml does not read {name}"


def _times(guide: str) -> Iterator[str]:
    """The times of an upload are those of the application and its image."""
    given = re.findall(r"(\d+)\sseconds\sthat\san\supload", guide)
    if set(given) != {str(LONGEST_UPLOAD)}:
        yield f"an upload may take {LONGEST_UPLOAD} seconds, and not {', '.join(given)}"
    given = re.findall(r"finishes\sits\suploads\sfirst,\sfor\sup\sto\s(\d+)", guide)
    if set(given) != {str(dockerfile.grace())}:
        yield f"the image has {dockerfile.grace()} seconds to end, and not {', '.join(given)}"


def _sizes(guide: str) -> Iterator[str]:
    """A proxy passes the largest body that the application accepts."""
    for megabytes in re.findall(r"max_size (\d+)MB", guide):
        if int(megabytes) * 1_000_000 < largest_body(Settings()):
            yield f"the proxy refuses bodies above {megabytes} MB, which the application would accept"


def test_everything_that_the_guide_names_exists() -> None:
    assert len(commands(GUIDE)) > 8
    assert runbook_faults(GUIDE) == []


@pytest.mark.extended  # a process for each command
@pytest.mark.parametrize("module", sorted({command.module for command in commands(GUIDE)}))
def test_our_commands_take_what_the_guide_gives_them(module: str) -> None:
    calls = [command for command in commands(GUIDE) if command.module == module]
    texts = [_help(module)]
    words = {command.word for command in calls if re.fullmatch(r"[a-z][a-z-]*", command.word)}
    for word in sorted(words & set(re.findall(r"[\w-]+", texts[0]))):
        texts.append(_help(module, word))

    options = {option for command in calls for option in command.options}
    assert {option for option in options if option not in "\n".join(texts)} == set()


def _help(*words: str) -> str:
    command = [sys.executable, "-m", *words, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ("`python -m infra.local` and `infra/gke-http`", "infra/gke-http does not exist"),
        ("[page](no.md)", "the link no.md leads nowhere"),
        ("`make models`", "make models does not exist"),
        ("`terraform output -raw site`", "Terraform has no output site"),
        ("`users_limit = 10`", "Terraform has no variable users_limit"),
        ("`kubectl logs deployment/image-processor`", "there is no deployment/image-processor"),
        ("`--from-literal=MONGO=x`", "MONGO is not one of the Secret's keys"),
        ("the 100 seconds that an upload may take", f"an upload may take {LONGEST_UPLOAD} seconds"),
        ("It finishes its uploads first, for up to 60 seconds.", "the image has 480 seconds to end"),
        ("`mongodump --db images`", "the application's database is image_background_remover, and not images"),
        ("max_size 25MB", "the proxy refuses bodies above 25 MB"),
        ("`_TARGET`", "cloudbuild.yaml has no substitution _TARGET"),
    ],
)
def test_what_does_not_exist_is_named(mistake: str, told: str) -> None:
    found = runbook_faults(f"{GUIDE}\n{mistake}\n")

    assert [fault for fault in found if fault.startswith(told)], found


def test_every_setting_of_compose_is_on_its_page() -> None:
    page = Path(ROOT / PAGES[1]).read_text("utf-8")
    settings = set(re.findall(r"\$\{([A-Z_]+):", COMPOSE))

    assert {name for name in settings if f"`{name}`" not in page} == set()
