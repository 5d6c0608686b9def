"""The functions host with short timeouts."""

import main  # noqa: F401
import tests.integration.failing.impatient  # noqa: F401
from image import image
from list_images import list_images
from matte import matte
from upload import upload

__all__ = ["image", "list_images", "matte", "upload"]
