"""Pictures made by code."""

import io

from PIL import Image


def photo(width: int = 64, height: int = 48, kind: str = "PNG", **options: object) -> bytes:
    """Return the file of a colour gradient without two equal places."""
    red = Image.linear_gradient("L").resize((width, height))
    green = red.transpose(Image.Transpose.ROTATE_180)
    blue = Image.linear_gradient("L").rotate(90).resize((width, height))
    return encoded(Image.merge("RGB", (red, green, blue)), kind, **options)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return an image as a file of this format."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(content: bytes) -> Image.Image:
    """Return the decoded image."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
