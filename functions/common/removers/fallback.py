"""Several removers, tried in the order of preference."""

import logging
from collections.abc import Sequence

from PIL.Image import Image

from common.domain.errors import RemoverError, RemoverFailed
from common.removers.base import BackgroundRemover

logger = logging.getLogger(__name__)


class FallbackRemover:
    """Asks each named remover in turn until one succeeds."""

    def __init__(self, removers: Sequence[tuple[str, BackgroundRemover]]) -> None:
        self._removers = tuple(removers)

    def matte(self, picture: Image) -> Image:
        """Return the first matte that succeeds, or raise the last remover's RemoverError.

        Other errors are about the picture, which no other remover would change: they pass at once.
        """
        last: RemoverError = RemoverFailed()
        for name, remover in self._removers:
            try:
                return remover.matte(picture)
            except RemoverError as error:
                logger.warning("The remover %s failed with %s", name, error.code)
                last = error
        raise last
