"""Our functions with parts that cost nothing, so that the others are measured; INSTANT names which."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace

import main  # noqa: F401 - checks the settings and the function's name as the host does
from cleanup import cleanup
from common import bootstrap
from common.domain.models import ImageFields, Images, PictureDetails
from common.domain.pictures import Look, Matte
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
    """Forgets every record as soon as it is complete."""

    def complete(self, user_id: str, record_id: str, details: PictureDetails, fields: ImageFields) -> None:
        super().complete(user_id, record_id, details, fields)
        self.kept.clear()


class _Images(FakeImages):
    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        return {}


def _constant(part: object) -> Callable[[], object]:
    return lambda: part


_INSTANT: Mapping[str, object] = {
    "records": _Records(),
    "images": _constant(_Images()),
    "codec": _constant(FakeCodec()),
    "remover": _constant(_Remover()),
}

_parts = bootstrap.build(Settings.from_env(requires=()))
_chosen = {name: _INSTANT[name] for name in os.environ["INSTANT"].split()}
bootstrap.provide(replace(_parts, library=replace(_parts.library, **_chosen)))  # type: ignore[arg-type]
