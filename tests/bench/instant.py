"""Our functions with some parts replaced by free ones, to measure the others; INSTANT names the parts."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import main  # noqa: F401 - checks the settings and the function's name as the host does
from cleanup import cleanup
from common import bootstrap
from common.domain.mattes import Look, Matte
from common.domain.models import ImageFields, Images, PictureDetails
from common.settings import Settings
from list_images import list_images
from rename import rename
from tests.fakes import FakeCodec, FakeImages, FakeRecords
from upload import upload

__all__ = ["cleanup", "list_images", "rename", "upload"]


class _Remover:
    def matte(self, look: Look) -> Matte:
        return Matte(1, 1, b"\xff")


class _Records(FakeRecords):
    """Forgets every record once it is completed."""

    def complete(self, user_id: str, record_id: str, details: PictureDetails, fields: ImageFields) -> None:
        super().complete(user_id, record_id, details, fields)
        self.kept.clear()


class _Images(FakeImages):
    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        return {}


def _constant(part: object) -> Callable[[], object]:
    return lambda: part


_RECORDS = _Records()
_INSTANT: Mapping[str, Mapping[str, Any]] = {
    "records": {"leases": _RECORDS, "records": _RECORDS},
    "images": {"images": _constant(_Images())},
    "codec": {"codec": _constant(FakeCodec())},
    "remover": {"remover": _constant(_Remover())},
}


def _with(parts: bootstrap.Parts, **chosen: Any) -> bootstrap.Parts:
    """Replace some of the use cases' shared parts."""
    cases = {name: getattr(parts, name) for name in ("uploads", "gallery", "retention")}
    return replace(
        parts,
        **{
            name: replace(case, **{key: part for key, part in chosen.items() if hasattr(case, key)})
            for name, case in cases.items()
        },
    )


_parts = bootstrap.build(Settings.from_env(requires=()))
for _name in os.environ["INSTANT"].split():
    _parts = _with(_parts, **_INSTANT[_name])
bootstrap.provide(_parts)
