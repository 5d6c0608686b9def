"""The bundle of the functions: its files, its reproducibility, and its error messages."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from common.removers.catalogue import DEFAULT, models
from infra.local import FUNCTIONS, ROOT
from tests.infra.commands import run_module

FIRST_TIME_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return run_module("infra.bundle", *arguments)


def made(*arguments: str | Path) -> Path:
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    return Path(done.stdout.rstrip("\n"))


def refused(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the functions for changes."""
    copy = tmp_path / "copy"
    shutil.copytree(FUNCTIONS, copy)
    return copy


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "any.onnx"
    path.write_bytes(b"the weights")
    return path


# Its files


def test_it_contains_the_modules_and_requirements_and_nothing_else(tmp_path: Path, folder: Path) -> None:
    (folder / "notes.txt").write_text("not to be deployed")

    with zipfile.ZipFile(made("--out", tmp_path, "--folder", folder)) as archive:
        names = archive.namelist()

    modules = {path.relative_to(FUNCTIONS).as_posix() for path in FUNCTIONS.rglob("*.py")}
    assert names == sorted(modules - {"app.py"} | {"requirements.txt"})


def test_with_a_model_it_also_contains_the_models_files_and_requirements(
    tmp_path: Path, weights: Path
) -> None:
    with (
        zipfile.ZipFile(made("--out", tmp_path)) as plain,
        zipfile.ZipFile(made("--out", tmp_path, "--model", "u2netp", "--models", weights.parent)) as local,
    ):
        assert set(local.namelist()) - set(plain.namelist()) == {
            "models/u2netp.onnx",
            "models/u2netp.8bit.xml",
            "models/u2netp.8bit.bin",
        }
        assert local.read("models/u2netp.onnx") == weights.read_bytes()
        requirements = local.read("requirements.txt").decode().splitlines()
        without = plain.read("requirements.txt").decode().splitlines()

    needed = (FUNCTIONS / "requirements-local-model.txt").read_text("utf-8").splitlines()
    assert requirements == [*without, "", *needed]


@pytest.mark.extended  # the files have 230 MB
def test_a_model_of_several_files_brings_them_all(tmp_path: Path, default_model: Path) -> None:
    with zipfile.ZipFile(made("--out", tmp_path, "--model", DEFAULT, "--models", default_model)) as archive:
        held = {Path(name).name for name in archive.namelist() if name.startswith("models/")}

    assert held == {f"{name}{end}" for name in models(DEFAULT) for end in (".onnx", ".8bit.xml", ".8bit.bin")}


def test_a_model_of_ones_own_brings_the_description_beside_it(tmp_path: Path, model: Path) -> None:
    model.with_suffix(".json").write_text("{}")

    with zipfile.ZipFile(made("--out", tmp_path, "--model", model)) as archive:
        assert archive.read("models/own.onnx") == b"the weights"
        assert archive.read("models/own.json") == b"{}"


# Its name and reproducibility


def test_it_is_named_after_its_model_and_content(tmp_path: Path, model: Path, weights: Path) -> None:
    for path, stem in (
        (made("--out", tmp_path), "functions"),
        (made("--out", tmp_path, "--model", "u2netp", "--models", weights.parent), "functions-u2netp"),
        (made("--out", tmp_path, "--model", model), "functions-own"),
    ):
        assert path == tmp_path / f"{stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}.zip"


def test_the_same_files_become_the_same_bytes_at_any_time_and_place(tmp_path: Path, folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700)

    first, again = made("--out", tmp_path / "a"), made("--out", tmp_path / "b", "--folder", folder)

    assert (first.name, first.read_bytes()) == (again.name, again.read_bytes())
    with zipfile.ZipFile(first) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {FIRST_TIME_OF_ZIP}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


def test_a_change_of_one_file_gives_it_another_name(tmp_path: Path, folder: Path) -> None:
    with (folder / "health.py").open("a") as file:
        file.write("# changed\n")

    assert made("--out", tmp_path).name != made("--out", tmp_path, "--folder", folder).name


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = made("--out", tmp_path / "new" / "folder")
    assert made("--out", path.parent) == path

    assert list(path.parent.iterdir()) == [path]


# Refusals


def test_a_missing_model_is_reported_in_one_line(tmp_path: Path) -> None:
    told = refused("--out", tmp_path, "--model", tmp_path / "no.onnx")

    assert told.startswith(f"{tmp_path / 'no.onnx'} is neither a file nor one of the models u2netp, u2net, ")


def test_an_empty_model_is_reported_in_one_line(tmp_path: Path, model: Path) -> None:
    model.write_bytes(b"")

    assert f"{model} is empty." in refused("--out", tmp_path, "--model", model)


def test_another_folder_than_the_functions_is_reported_in_one_line(tmp_path: Path) -> None:
    told = refused("--out", tmp_path, "--folder", ROOT / "web")

    assert told == f"{ROOT / 'web'} is not the functions' folder: it has no main.py.\n"


def test_a_function_without_an_entry_point_is_reported_in_one_line(tmp_path: Path, folder: Path) -> None:
    module = folder / "rename.py"
    module.write_text(module.read_text().replace("def rename(", "def renamed("))

    without = refused("--out", tmp_path, "--folder", folder)
    module.unlink()
    missing = refused("--out", tmp_path, "--folder", folder)

    assert without == missing == f"{module} has no function rename, which has to be deployed.\n"


def test_a_host_with_a_syntax_error_is_reported_in_one_line(tmp_path: Path, folder: Path) -> None:
    (folder / "main.py").write_text("import\n")

    assert refused("--out", tmp_path, "--folder", folder).startswith("main.py is not Python: ")


def test_missing_requirements_are_reported_in_one_line(tmp_path: Path, folder: Path) -> None:
    (folder / "requirements.txt").unlink()

    told = refused("--out", tmp_path, "--folder", folder)

    assert told == f"{folder / 'requirements.txt'} cannot be read: No such file or directory.\n"


def test_an_unwritable_folder_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    told = refused("--out", tmp_path / "file" / "folder")

    assert "cannot be written: Not a directory." in told


def test_help_describes_the_command() -> None:
    done = run("--help")

    assert done.returncode == 0
    for word in ("zip", "--out", "--model", "--models", "--folder"):
        assert word in done.stdout
    assert "LOCAL_MODEL=u2netp and LOCAL_MODEL_PATH=models;" in " ".join(done.stdout.split())
    assert "LOCAL_MODEL_PATH=models/own.onnx." in done.stdout
