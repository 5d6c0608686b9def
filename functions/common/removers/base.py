"""The port that every background remover fills; its adapters are the modules beside it."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


class BackgroundRemover(Protocol):
    """Finds the subject of a picture."""

    def matte(self, picture: "Image") -> "Image":
        """Return the alpha matte (mode L, same size; 255 is subject) of an upright RGB picture.

        Raises RemoverError where the remover, and not the picture, is the reason.
        """
