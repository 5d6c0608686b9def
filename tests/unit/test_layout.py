"""The repository as a whole: documents, pins and lists agree with the code."""

import importlib.metadata
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import yaml

from common.domain import errors
from common.settings import SETTINGS
from endpoints import ENDPOINTS
from infra.local import FUNCTIONS, ROOT
from tests.service import functions_host

LOCAL_ONLY = ("HOST", "PORT", "DATA_DIR")
REQUIREMENTS = (
    FUNCTIONS / "requirements.txt",
    FUNCTIONS / "requirements-local-model.txt",
    ROOT / "requirements.txt",
    ROOT / "tests/requirements.txt",
)
DOCUMENTS = {".env.example": r"^#? ?{}=", "README.md": r"`{}\b"}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", [*SETTINGS, *LOCAL_ONLY])
def test_every_setting_is_written_down(name: str, document: str) -> None:
    text = (ROOT / document).read_text("utf-8")

    assert re.search(DOCUMENTS[document].format(name), text, re.MULTILINE), f"{name} is not in {document}"


def test_the_example_names_no_setting_that_does_not_exist() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")

    assert set(re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE)) <= {*SETTINGS, *LOCAL_ONLY}


def _pinned(path: Path) -> dict[str, set[str]]:
    """Return each distribution's pinned versions in a requirements file, by its normalised name."""
    pins: dict[str, set[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        requirement = line.split("#", 1)[0].split(";", 1)[0].strip()
        if requirement and not requirement.startswith("-r"):
            name, equals, version = requirement.partition("==")
            assert equals, f"{path.name}: {requirement} is not pinned"
            pins.setdefault(_normalised(name), set()).add(version)
    return pins


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_that_is_installed_is_pinned_to_its_version() -> None:
    pins = {name: versions for path in REQUIREMENTS for name, versions in _pinned(path).items()}
    installed = {
        _normalised(found.metadata["Name"]): found.version
        for found in importlib.metadata.distributions()
        if str(found.locate_file("")).startswith(sys.prefix)
    }

    wrong = {name: version for name, version in installed.items() if version not in pins.get(name, set())}

    assert len(installed) > 40
    assert wrong == {}


def test_nothing_is_pinned_in_two_files() -> None:
    pinned = [name for path in REQUIREMENTS for name in _pinned(path)]

    assert sorted(pinned) == sorted(set(pinned))


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("target", [endpoint.target for endpoint in ENDPOINTS.values()])
def test_every_function_is_an_entry_point_of_the_functions_host(target: str) -> None:
    assert functions_host(target).name == target


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_endpoint_has_a_path_of_its_name_and_requires_settings_that_exist(name: str) -> None:
    endpoint = ENDPOINTS[name]

    assert endpoint.target == "removebg" or endpoint.paths[0].partition("/{")[0] == f"/api/{name}"
    assert len({path.count("{") for path in endpoint.paths}) == 1
    assert set(endpoint.requires) <= set(SETTINGS)


def test_the_list_of_endpoints_imports_nothing_of_ours_and_common_does_not_import_it() -> None:
    imports = re.findall(r"^\s*(?:from|import) (\w+)", (FUNCTIONS / "endpoints.py").read_text("utf-8"), re.M)
    importers = [
        path for path in (FUNCTIONS / "common").rglob("*.py") if "endpoints import" in path.read_text()
    ]

    assert imports == ["typing"]
    assert importers == []


def _contract(name: str) -> dict[str, list[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return next(contract for contract in settings["contracts"] if contract["name"] == name)


def test_the_import_contracts_name_every_endpoint() -> None:
    modules = {endpoint.function.partition(":")[0] for endpoint in ENDPOINTS.values()}
    siblings = _contract("endpoints know neither each other nor their hosts")
    parents = _contract("common does not know its parents")

    assert set(siblings["source_modules"]) == {f"functions.{module}" for module in modules}
    assert set(siblings["forbidden_modules"]) == {"app", "main", *modules}
    assert set(parents["forbidden_modules"]) == {"app", "main", "endpoints", "infra", *modules}


def test_no_two_modules_of_common_have_the_same_name() -> None:
    names = Counter(path.name for path in (FUNCTIONS / "common").rglob("*.py") if path.name != "__init__.py")

    assert [name for name, count in names.items() if count > 1] == []


def test_every_file_of_code_has_fewer_than_300_lines() -> None:
    code = ["functions/**/*.py", "infra/**/*.py", "tests/**/*.py", "web/**/*.js", "web/**/*.css"]
    files = [path for pattern in code for path in ROOT.glob(pattern)]

    assert len(files) > 100
    assert [str(path) for path in files if len(path.read_text("utf-8").splitlines()) >= 300] == []


def test_the_deployed_folder_has_no_tests_and_no_documents() -> None:
    deployed = [path for path in FUNCTIONS.rglob("*") if path.is_file() and "__pycache__" not in path.parts]

    others = {path.relative_to(FUNCTIONS).as_posix() for path in deployed if path.suffix != ".py"}
    assert others == {"requirements.txt", "requirements-local-model.txt", "README.md"}
    assert [path.name for path in deployed if re.search(r"(^|_)test", path.stem)] == []


@pytest.mark.parametrize(
    "error", [error for error in vars(errors).values() if hasattr(error, "default_detail")]
)
def test_the_site_says_what_the_server_says(error: type[errors.ApplicationError]) -> None:
    sentences = (ROOT / "web" / "core" / "messages.js").read_text("utf-8")

    assert f'"{error.code}"' in sentences
    assert f'"{error.default_detail}"' in sentences


def test_the_readme_names_a_test_for_every_parameter_of_remove_bg() -> None:
    section = (
        (ROOT / "README.md").read_text("utf-8").split("\n## Instead of remove.bg\n")[1].split("\n## ")[0]
    )
    rows = re.findall(r"^\| (`[a-z_`, 0-9]+`) \| .+ \| (\[`.+\)) \|$", section, re.MULTILINE)
    tests = {
        name: [ROOT / path for path in re.findall(r"\]\(([^)]+)\)", links)]
        for names, links in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    described = yaml.safe_load((ROOT / "web/openapi.yaml").read_text("utf-8"))["components"]["schemas"]

    assert set(tests) == set(described["Removal"]["properties"])
    untested = {
        name: paths
        for name, paths in tests.items()
        if not any(re.search(rf"\b{name}\b", path.read_text("utf-8")) for path in paths)
    }
    assert untested == {}
