"""The parameters of rembg's own server, `rembg s`.

https://github.com/danielgatis/rembg
"""

from common.domain.errors import BadRequest
from common.domain.options import Colour, CutoutOptions
from common.web.dialects import values
from common.web.dialects.form import Form


def parse(form: Form) -> CutoutOptions:
    """Return what a form asks for, or raise BadRequest.

    `om` gives the matte and `bgc` the background; whatever else rembg takes has no effect here.
    """
    try:
        return CutoutOptions(
            alpha_only=values.boolean(form.text("om") or "false"),
            background=_colour(form.text("bgc")),
            format="png",
        )
    except ValueError:
        raise BadRequest("om is true or false, and bgc four numbers from 0 to 255 or a colour.") from None


def _colour(text: str) -> Colour | None:
    """Return `255,255,255,255` or any colour that the other dialects take, None for none."""
    if not text:
        return None
    if "," not in text:
        return values.colour(text)
    red, green, blue, alpha = (
        values.whole_number(number.strip(), 0, 255) for number in text.strip("()").split(",")
    )
    return None if alpha == 0 else (red, green, blue, alpha)
