"""The port of all background removers; the other modules here are its adapters."""

from typing import Protocol

from common.domain.mattes import Look, Matte


class BackgroundRemover(Protocol):
    """Finds the subject of a picture."""

    def matte(self, look: Look) -> Matte:
        """Return the matte of a picture; `look(ViewSpec(...))` returns a view of it.

        Raises RemoverError if the remover fails, and PictureError if the picture is at fault.
        """
