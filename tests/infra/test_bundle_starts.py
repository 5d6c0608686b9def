"""Each function, started from the unpacked bundle as Google starts it, answers its call."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from common.removers.catalogue import DEFAULT, LIGHT
from common.removers.sources import sources
from endpoints import ENDPOINTS
from infra.bundle.contents import MODELS
from infra.local.database import start_database
from tests.infra.unpacked import USED, Start, Unpacked, running, unpacked
from tests.objectcut import ObjectCut
from tests.photos import decoded, photo
from tests.tiers import extended

PICTURE = photo(64, 48)
LOCAL = {"REMOVER": "local", "LOCAL_MODEL": LIGHT, "LOCAL_MODEL_PATH": MODELS}
WITH_THE_MODEL = "upload with the model"
FIND = """
import importlib.util, json, sys
print(json.dumps([importlib.util.find_spec(name) is not None for name in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server, uri = start_database(tmp_path_factory.mktemp("database"))
    yield uri
    server.stop()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    return unpacked(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def with_model(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Unpacked:
    return unpacked(tmp_path_factory.mktemp("model"), "--model", LIGHT, "--models", weights.parent)


@pytest.fixture(scope="module")
def required(mongo_uri: str) -> dict[str, dict[str, str]]:
    """Return the settings that each function requires, and no others."""
    values = {"MONGO_URI": mongo_uri, "APP_SECRET_KEY": "for-these-tests-alone-and-nothing-else"}
    return {
        endpoint.target: {name: values[name] for name in endpoint.requires if name in values}
        for endpoint in ENDPOINTS.values()
    }


@pytest.fixture(scope="module")
def functions(
    plain: Unpacked,
    with_model: Unpacked,
    required: Mapping[str, Mapping[str, str]],
    running_provider: ObjectCut,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Run every function, and upload a second time with the model; return their addresses."""
    provider = {"X_RAPID_API_KEY": running_provider.key, "X_RAPID_API_HOST": running_provider.host}
    starts = {target: Start(plain, target, settings) for target, settings in required.items()}
    for target in ("upload", "removebg"):
        starts[target] = Start(plain, target, {**required[target], **provider})
    starts[WITH_THE_MODEL] = Start(with_model, "upload", {**required["upload"], **LOCAL})
    with running(starts, tmp_path_factory.mktemp("logs")) as urls:
        yield urls


@pytest.mark.extended  # its files have 230 MB
def test_an_upload_with_the_default_model_needs_no_provider(
    default_model: Path, required: Mapping[str, Mapping[str, str]], tmp_path: Path
) -> None:
    bundle = unpacked(tmp_path, "--model", DEFAULT, "--models", default_model)
    start = Start(bundle, "upload", {**required["upload"], **LOCAL, "LOCAL_MODEL": DEFAULT})

    with running({"upload": start}, tmp_path) as urls:
        added = requests.post(urls["upload"], files={"image": ("photo.png", PICTURE)}, timeout=60)

    assert added.status_code == 201, added.text


# Its environment


@pytest.mark.parametrize("bundle", ["with_model", *extended("plain")])
def test_nothing_but_the_bundle_and_its_requirements_can_be_imported(
    bundle: str, request: pytest.FixtureRequest
) -> None:
    alone: Unpacked = request.getfixturevalue(bundle)
    theirs, others = ["main", "common", "flask"], ["app", "infra", "tests", "pytest", "secantus", "mongomock"]
    names = [*theirs, "openvino", *others]

    done = subprocess.run(
        alone.command("python", "-c", FIND, *names),
        cwd=alone.root,
        env=alone.environ({}),
        capture_output=True,
        text=True,
        check=True,
    )

    found = {name for name, is_there in zip(names, json.loads(done.stdout), strict=True) if is_there}
    assert found == {*theirs, *(["openvino"] if bundle == "with_model" else [])}


def test_the_models_are_used_as_the_catalogue_describes_them(with_model: Unpacked, weights: Path) -> None:
    done = subprocess.run(
        with_model.command("python", "-c", USED),
        cwd=with_model.root,
        env=with_model.environ(LOCAL),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"{sources(LIGHT, weights.parent)}\n".replace(str(weights.parent), MODELS)


# Calls


def test_health_answers(functions: dict[str, str]) -> None:
    response = requests.get(functions["health"], timeout=60)

    assert (response.status_code, response.json()) == (200, {"status": "Healthy"})


def test_list_answers(functions: dict[str, str]) -> None:
    response = requests.get(functions["list_images"], timeout=60)

    assert (response.status_code, response.json()["records"]) == (200, [])


def test_cleanup_answers(functions: dict[str, str]) -> None:
    response = requests.post(functions["cleanup"], timeout=60)

    assert response.status_code == 200, response.text
    assert response.json()["more"] is False


@pytest.mark.parametrize("upload", ["upload", WITH_THE_MODEL])
def test_a_picture_is_uploaded_served_renamed_and_deleted(functions: dict[str, str], upload: str) -> None:
    with requests.Session() as user:
        taken = user.post(functions[upload], files={"image": ("photo.png", PICTURE)}, timeout=60)
        assert taken.status_code == 201, taken.text
        record_id = taken.json()["record"]["record_id"]

        served = user.get(f"{functions['image']}/{record_id}/processed", timeout=60)
        assert served.status_code == 200
        assert (decoded(served.content).size, decoded(served.content).mode) == ((64, 48), "RGBA")

        new_name = {"record_name": "Kitten"}
        assert user.put(f"{functions['rename']}/{record_id}", json=new_name, timeout=60).status_code == 200
        listed = user.get(functions["list_images"], timeout=60).json()
        assert [record["image_name"] for record in listed["records"]] == ["Kitten"]

        assert user.delete(f"{functions['delete']}/{record_id}", timeout=60).status_code == 200
        assert user.get(functions["list_images"], timeout=60).json()["used"] == 0


# Refused starts


def test_a_function_without_a_required_setting_ends_with_one_line(
    plain: Unpacked, required: Mapping[str, Mapping[str, str]]
) -> None:
    told = {}
    for target in ("health", "rename"):
        without = dict(required[target])
        del without[ENDPOINTS[target].requires[-1]]
        done = plain.ends(target, without)
        assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr
        told[target] = done.stderr.split(";")[0]

    assert told == {"health": "MONGO_URI is not set", "rename": "APP_SECRET_KEY is not set"}


def test_upload_without_provider_and_model_ends_with_one_line(
    plain: Unpacked, required: Mapping[str, Mapping[str, str]]
) -> None:
    done = plain.ends("upload", required["upload"])

    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.startswith("LOCAL_MODEL_PATH is not set; the local remover needs it")


def test_a_bundle_without_its_configured_model_ends_with_one_line(
    plain: Unpacked, required: Mapping[str, Mapping[str, str]]
) -> None:
    done = plain.ends("upload", {**required["upload"], **LOCAL})

    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.startswith(
        "LOCAL_MODEL_PATH is malformed; it should be the path of an ONNX file that exists"
    )


def test_a_target_that_the_bundle_does_not_have_is_named(
    plain: Unpacked, required: Mapping[str, Mapping[str, str]]
) -> None:
    done = plain.ends("share", {**required["upload"], "X_RAPID_API_KEY": "none"})

    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "FUNCTION_TARGET is 'share'" in done.stderr
    assert all(f" {endpoint.target}" in done.stderr for endpoint in ENDPOINTS.values())
