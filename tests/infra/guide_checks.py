"""What infra/README.md must tell an operator before the first apply, and what must not stop the last one."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from infra.local import ROOT
from tests.infra.terraform_files import ENVIRONMENTS, FOLDERS, blocks

LOCK_FILE = ".terraform.lock.hcl"
IGNORED = (ROOT / ".gitignore").read_text("utf-8")
# What an operator must have or ask before the steps, by the Terraform text that demands it.
_BEFORE = {
    "_iam_": ("roles/iam.securityAdmin",),  # Editor cannot grant access to services, secrets and accounts
    "allUsers": ("iam.allowedPolicyMemberDomains", "iam.managed.allowedPolicyMembers"),
    "google_storage_bucket": ("storage.publicAccessPrevention",),
}
_TOOLS = {"kubectl": ("kubectl", "gke-gcloud-auth-plugin"), "docker": ("docker",)}
_GIVEN = {"project_id"}  # the committed terraform.tfvars has it


def guide_faults(guide: str, ignored: str = IGNORED) -> list[str]:
    """Return a sentence for everything that an operator would learn too late."""
    return [*_prerequisites(guide), *_tools(guide), *_secrets(guide), *_lock_file(guide, ignored)]


def input_faults(folders: list[Path] = ENVIRONMENTS) -> list[str]:
    """Return a sentence for each variable that `terraform destroy` would ask for."""
    return [
        f"{folder.name}: {name} has no default, so terraform destroy asks for it"
        for folder in folders
        for (name,), variable in blocks(folder, "variable")
        if "default" not in variable and name not in _GIVEN
    ]


def _prerequisites(guide: str) -> Iterator[str]:
    before = guide.partition("\n## Deploy on functions")[0]
    terraform = "\n".join(path.read_text("utf-8") for folder in FOLDERS for path in folder.glob("*.tf"))
    for cause, names in _BEFORE.items():
        for name in names:
            if cause in terraform and name not in before:
                yield f"Terraform uses {cause}, and the guide does not name {name} before the first step"


def _tools(guide: str) -> Iterator[str]:
    """Each section names its tools before it calls them, and builds images for the nodes' processors."""
    for section in re.split(r"^## ", guide, flags=re.MULTILINE)[1:]:
        title, text = section.splitlines()[0], section.partition("```sh\n")[0]
        commands = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
        for tool, names in _TOOLS.items():
            if re.search(rf"^{tool} ", commands, re.MULTILINE):
                yield from (
                    f"{title}: {name} is called, and not asked for" for name in names if name not in text
                )
        for build in re.findall(r"^docker build .*", commands, re.MULTILINE):
            if "--platform linux/amd64" not in build:
                yield f"{title}: on another processor, docker build makes an image that no node can run"


def _secrets(guide: str) -> Iterator[str]:
    for names in re.findall(r"^for secret in (.*)", guide, re.MULTILINE):
        if not names.startswith("$(gcloud secrets list "):
            shown = names.partition(";")[0]
            yield f"the guide grants access to {shown} without checking which of these secrets exist"


def _lock_file(guide: str, ignored: str) -> Iterator[str]:
    if not re.search(rf"git add (\S+/)?{re.escape(LOCK_FILE)}", guide):
        yield f"the guide does not tell to commit {LOCK_FILE}"
    for line in ignored.splitlines():
        if fnmatch(LOCK_FILE, line):
            yield f".gitignore has {line}, so {LOCK_FILE} cannot be committed"
