"""The parameters of rembg's own server, `rembg s`.

https://github.com/danielgatis/rembg
"""

from common.domain.errors import BadRequest
from common.domain.options import Colour, CutoutOptions
from common.web.dialects import values
from common.web.dialects.form import Form


def parse(form: Form) -> CutoutOptions:
    """Return the options in a form, or raise BadRequest.

    `om` asks for the matte, and `bgc` is the background; rembg's other parameters have no effect here.
    """
    try:
        return CutoutOptions(
            alpha_only=_boolean(form.text("om") or "false"),
            background=_colour(form.text("bgc")),
            format="png",
        )
    except ValueError:
        raise BadRequest("om is true or false, and bgc four numbers from 0 to 255 or a colour.") from None


def _boolean(text: str) -> bool:
    """Parse a boolean in any spelling of FastAPI, which rembg's server uses."""
    lowered = text.lower()
    if lowered in ("on", "yes", "t", "y"):
        return True
    return lowered not in ("off", "no", "f", "n") and values.boolean(text)


def _colour(text: str) -> Colour | None:
    """Parse `255,255,255,255` or any colour of the other dialects; None for no colour."""
    if not text:
        return None
    if "," not in text:
        return values.colour(text)
    red, green, blue, alpha = (
        values.whole_number(number.strip(), 0, 255) for number in text.strip("()").split(",")
    )
    return None if alpha == 0 else (red, green, blue, alpha)
