"""Requirements for infra/compose/compose.yaml."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from common.removers.catalogue import CATALOGUE
from common.settings import SETTINGS, Settings, SettingsError
from endpoints import APPLICATION_REQUIRES, ENDPOINTS
from infra.local import ROOT
from tests.infra import dockerfile

PATH = ROOT / "infra/compose/compose.yaml"
Compose = Mapping[str, Any]
_DOCKERS_OWN = {"CLEANUP_SECONDS"}


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
    return loaded


def compose_faults(file: Compose) -> list[str]:
    """Return a sentence for every mistake."""
    return [fault for check in (_database, _confinement, _settings, _image) for fault in check(file)]


def _database(file: Compose) -> Iterator[str]:
    """Only the application reaches the database, whose data outlives its container."""
    database = file["services"]["database"]
    if database.get("ports"):
        yield "database: it publishes a port"
    if database["networks"] != ["inside"] or not file["networks"]["inside"].get("internal"):
        yield "database: it is reachable from outside its network"
    volume = database["volumes"][0].partition(":")
    if volume[2] != "/data/db" or volume[0] not in file["volumes"]:
        yield "database: its pictures are in no volume"
    if not re.fullmatch(r"mongo:[\d.]+@sha256:[0-9a-f]{64}", database["image"]):
        yield "database: its image is not pinned to a version and a digest"


def _confinement(file: Compose) -> Iterator[str]:
    for name, service in file["services"].items():
        if not service.get("read_only"):
            yield f"{name}: its root file system can be written"
        if service.get("cap_drop") != ["ALL"] or service.get("security_opt") != ["no-new-privileges:true"]:
            yield f"{name}: it has more rights than it needs"
        if name != "database" and service["depends_on"] != {"database": {"condition": "service_healthy"}}:
            yield f"{name}: it starts before the database answers"


def _settings(file: Compose) -> Iterator[str]:
    """All settings exist, and with an APP_SECRET_KEY the services can start."""
    services = {"application": APPLICATION_REQUIRES, "cleanup": ENDPOINTS["cleanup"].requires}
    for name, requires in services.items():
        environment = file["services"][name]["environment"]
        for key in environment.keys() - SETTINGS.keys() - _DOCKERS_OWN:
            yield f"{name}: {key} is no setting"
        values = {key: interpolated(str(value)) for key, value in environment.items()}
        values["LOCAL_MODEL_PATH"] = str(PATH.parent)  # the image has the model
        try:
            Settings.from_env(values, requires=requires)
        except SettingsError as error:
            yield f"{name}: {error}"


def interpolated(text: str) -> str:
    """Replace ${NAME:-default} by its default, and a required ${NAME:?...} by a value."""
    return re.sub(r"\$\{\w+:\?[^}]*\}", "k" * 32, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))


def _image(file: Compose) -> Iterator[str]:
    """The service uses the Dockerfile's image with the model, its port, and its time to end."""
    application = file["services"]["application"]
    build = application["build"]
    if (PATH.parent / build["context"] / build["dockerfile"]).resolve() != dockerfile.PATH:
        yield "application: its Dockerfile does not exist"
    if interpolated(build["args"].get("LOCAL_MODEL", "")) not in CATALOGUE:
        yield "application: its image has no model"
    if _seconds(application.get("stop_grace_period", "10s")) <= dockerfile.grace():
        yield f"application: it is killed before the {dockerfile.grace()} s in which it finishes its uploads"
    if [interpolated(port).rpartition(":")[2] for port in application["ports"]] != [
        dockerfile.last("EXPOSE")
    ]:
        yield "application: it publishes another port than the image listens on"


def _seconds(duration: str) -> int:
    """Return the length of one of Compose's durations, such as 1m30s."""
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))
