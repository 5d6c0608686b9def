"""Try several removers in order of preference."""

import logging
from collections.abc import Callable, Sequence

from common.domain.errors import RateLimited, RemoverError, RemoverFailed
from common.domain.mattes import Look, Matte
from common.observability.causes import describe
from common.removers.base import BackgroundRemover

logger = logging.getLogger(__name__)


class FallbackRemover:
    """Asks each remover in turn until one succeeds; a remover is made on first use."""

    def __init__(self, removers: Sequence[tuple[str, Callable[[], BackgroundRemover]]]) -> None:
        self._removers = tuple(removers)
        self._broken: set[str] = set()

    def matte(self, look: Look) -> Matte:
        """Return the first matte, or raise RemoverError if every remover failed.

        Other errors are about the picture, so no other remover would help: they are raised at once.
        """
        failures: list[RemoverError] = []
        for name, make in self._removers:
            try:
                return self._remover(name, make).matte(look)
            except RemoverError as error:
                if name not in self._broken:
                    logger.warning("The remover %s failed with %s: %s", name, error.code, describe(error))
                failures.append(error)
        raise _most_useful(failures)

    def _remover(self, name: str, make: Callable[[], BackgroundRemover]) -> BackgroundRemover:
        if name in self._broken:
            raise RemoverFailed
        try:
            return make()
        except Exception as error:
            self._broken.add(name)
            logger.exception("The remover %s cannot be loaded and will not be asked again", name)
            raise RemoverFailed from error


def _most_useful(failures: list[RemoverError]) -> RemoverError:
    """Return the error to raise: the first remover's if its quota is used up, else the last one's."""
    if not failures:
        return RemoverFailed()
    return failures[0] if isinstance(failures[0], RateLimited) else failures[-1]
