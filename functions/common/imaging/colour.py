"""Convert a decoded picture of any mode to RGB and a separate alpha channel."""

import io

from PIL import Image, ImageChops


def split(image: Image.Image) -> tuple[Image.Image, Image.Image | None, bytes | None]:
    """Return the RGB pixels, the alpha channel (mode L) if there is one, and the RGB profile."""
    if image.mode in ("RGBa", "La"):  # premultiplied colour, as in some TIFFs
        image = image.convert(image.mode.upper())
    profile = image.info.get("icc_profile")
    # A profile for grey or CMYK does not apply to the RGB pixels converted from them.
    keeps_profile = profile and profile[16:20] == b"RGB " and image.mode in ("RGB", "RGBA", "P")
    alpha = _transparency(image)
    # Otherwise Pillow warns that it cannot keep the transparent colour in the new mode.
    image.info.pop("transparency", None)
    return _to_rgb(image, profile), alpha, profile if keeps_profile else None


def _transparency(image: Image.Image) -> Image.Image | None:
    if not image.has_transparency_data:
        return None
    if image.mode == "I;16":
        return _alpha_of_key(image, image.info["transparency"])
    return image.convert("RGBA").getchannel("A")


def _alpha_of_key(image: Image.Image, key: int) -> Image.Image:
    """Return an alpha channel in which all pixels of one 16-bit grey are transparent."""
    content = image.tobytes()  # little-endian
    halves = (
        Image.frombytes("L", image.size, content[at::2]).point([255] * half + [0] + [255] * (255 - half))
        for at, half in enumerate((key & 255, key >> 8))
    )
    return ImageChops.lighter(*halves)


def _to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip at 255 instead of scaling
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L").convert("RGB")
    if image.mode == "F":  # from 0 to 1
        return image.point(lambda value: value * 255).convert("L").convert("RGB")
    if image.mode == "CMYK" and profile:
        return to_srgb(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")  # convert copies even an RGB picture


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture as RGB in sRGB; a damaged profile is ignored."""
    from PIL import ImageCms  # few pictures need it

    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return converted or (image if image.mode == "RGB" else image.convert("RGB"))
