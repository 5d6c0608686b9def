"""Inspect everything that a user has, and compare it with what must be there."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

from PIL import Image

from tests.chaos.calls import Answer
from tests.chaos.model import Account, Broken, Kept
from tests.chaos.pictures import CORNER_STEP, number_of

VARIANTS = ("original", "processed", "preview")


class Inspection:
    """One user's pictures, seen through that user's calls."""

    def __init__(self, call: Callable[..., Answer], account: Account) -> None:
        self._call, self._account = call, account

    def everything(self) -> dict[str, Any] | None:
        """Check the list, every image of every record, and that deleted records are gone."""
        body = self.look()
        for kept in list(self._account.kept.values()):
            for variant in VARIANTS:
                self.read(kept, variant)
        for record_id in list(self._account.deleted)[-3:]:
            self._must_be_gone(self._call("image", "GET", f"/api/image/{record_id}/original"))
        return body

    def look(self) -> dict[str, Any] | None:
        """Check the list, and return it if there was an answer."""
        answer = self._call("list", "GET", "/api/list")
        if answer.status != 200:
            self._must_be_excused(answer)
            return None
        for record in self._account.listed(answer.body):
            path = f"/api/image/{record['record_id']}/original"
            original = self._call("image", "GET", path)
            if original.status == 200:
                self._account.adopt(record, original.content)
        return answer.body

    def read(self, kept: Kept, variant: str) -> None:
        """Check one image of a record byte by byte."""
        answer = self._call("image", "GET", f"/api/image/{kept.record_id}/{variant}")
        if answer.status == 404:
            self._account.missing(kept)
        elif answer.status == 200:
            self._check(kept, variant, answer)
        else:
            self._must_be_excused(answer)

    def read_part(self, kept: Kept, first: int, last: int) -> None:
        """Check a range of a record's original."""
        headers = {"Range": f"bytes={first}-{last}"}
        path = f"/api/image/{kept.record_id}/original"
        answer = self._call("image, a range", "GET", path, headers=headers)
        if answer.status == 404:
            self._account.missing(kept)
        elif answer.status != 206:
            self._must_be_excused(answer)
        elif answer.content != kept.sent.picture.content[first : last + 1]:
            raise Broken("mixed up", f"bytes {first} to {last} of {kept.record_id} are others")

    def _check(self, kept: Kept, variant: str, answer: Answer) -> None:
        picture, content = kept.sent.picture, answer.content
        if variant == "original":
            if content != picture.content:
                raise Broken("mixed up", f"the original of {kept.record_id} has other bytes")
            return
        revision = self._revision(kept, answer)
        checksum = hashlib.sha256(content).hexdigest()
        if kept.checksums.setdefault(f"{variant} {revision}", checksum) != checksum:
            raise Broken("mixed up", f"the {variant} of {kept.record_id} has changed")
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            self._check_corner(kept, revision, image)
            if variant == "processed" and (image.size, image.mode) != (picture.size, "RGBA"):
                raise Broken("mixed up", f"the cut-out of {kept.record_id} is {image.size} {image.mode}")
        if variant == "processed" and number_of(content) != picture.number:
            raise Broken("mixed up", f"the cut-out of {kept.record_id} is of another picture")

    def _revision(self, kept: Kept, answer: Answer) -> int:
        """Return the revision that an image was served of."""
        revision = int(answer.headers["ETag"].strip('"').rpartition("-")[2])
        self._account.saw_revision(kept, revision)
        return revision

    def _check_corner(self, kept: Kept, revision: int, image: Image.Image) -> None:
        drawn = kept.corners.get(revision)
        alpha = image.convert("RGBA").getchannel("A").getpixel((1, 1))
        assert isinstance(alpha, int)
        # A preview is smaller and not without loss.
        if drawn and not any(abs(alpha - corner) <= CORNER_STEP // 3 for corner in drawn):
            raise Broken(
                "revision", f"revision {revision} of {kept.record_id} is another: {alpha}, not {drawn}"
            )

    def _must_be_gone(self, answer: Answer) -> None:
        if answer.status == 200:
            raise Broken("deleted", f"it is still served: {answer}")
        if answer.status != 404:
            self._must_be_excused(answer)

    def _must_be_excused(self, answer: Answer) -> None:
        """Raise Broken for a wrong answer; the caller decides whether a fault excuses a failure."""
        if answer.status not in (None, 503):
            raise Broken("failure", f"{answer}: {answer.content[:200]!r}")
