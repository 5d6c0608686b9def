"""Stateless background removal: return a cut-out and keep nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from common.domain.mattes import Rendering
from common.domain.options import CutoutOptions
from common.removers.base import BackgroundRemover
from common.service.ports import PictureCodec


@dataclass(frozen=True)
class Removal:
    """Removes backgrounds; the callables make their part on first use, because loading it takes long."""

    codec: Callable[[], PictureCodec]
    remover: Callable[[], BackgroundRemover]

    def remove_background(self, content: bytes, options: CutoutOptions, backdrop: bytes = b"") -> Rendering:
        """Return the cut-out by these options, in front of the backdrop if there is one.

        Raises PictureError, RemoverError, InvalidOption or Overloaded.
        """
        with self.codec().open(content, options, backdrop) as picture:
            return picture.render(self.remover().matte(picture.view))
