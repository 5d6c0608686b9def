"""The functions host, impatient."""

import tests.integration.failing.impatient  # noqa: F401
from main import image, list_images, upload

__all__ = ["image", "list_images", "upload"]
