"""The port of every background remover; its adapters are the modules beside it."""

from typing import Protocol

from common.domain.mattes import Look, Matte


class BackgroundRemover(Protocol):
    """Finds the subject of a picture."""

    def matte(self, look: Look) -> Matte:
        """Return the matte of a picture; `look(ViewSpec(...))` shows it at the size the remover wants.

        Raises RemoverError if the remover, not the picture, is the reason.
        """
