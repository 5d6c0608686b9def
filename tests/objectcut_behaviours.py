"""Behaviours of the stand-in: those of ObjectCut, of RapidAPI's gateway, and of broken networks.

A behaviour answers one request through its exchange.
"""

import base64
import json
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any, Protocol

from PIL import Image, ImageChops, ImageDraw

LONGEST_SIDE = 2500
MONTHLY = "You have exceeded the MONTHLY quota for Requests on your current plan, BASIC."
PER_SECOND = "You have exceeded the rate limit per second for your plan, BASIC, by the API provider"
CHOICES = {
    "output_format": {"url", "base64"},
    "to_remove": {"background", "foreground"},
    "color_removal": {"transparent", "white"},
}


class Exchange(Protocol):
    """The operations of a behaviour on a request."""

    form: dict[str, str]

    @property
    def content_type(self) -> str: ...
    def send(self, status: int, body: bytes, content_type: str, headers: dict[str, str]) -> None: ...
    def begin(self, status: int, length: int, content_type: str, headers: dict[str, str]) -> None: ...
    def write(self, content: bytes) -> None: ...
    def wait(self, seconds: float | None) -> bool: ...
    def hang_up(self, *, reset: bool = False) -> None: ...


Behaviour = Callable[[Exchange], None]


def ellipse(size: tuple[int, int]) -> Image.Image:
    """Return the stand-in's matte for every picture: an ellipse over its middle half."""
    width, height = size
    matte = Image.new("L", size, 0)
    ImageDraw.Draw(matte).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=255)
    return matte


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    """Return the encoded picture."""
    content = BytesIO()
    picture.save(content, kind, compress_level=1)
    return content.getvalue()


# ObjectCut itself: every answer is a 200.


def removes_the_background(exchange: Exchange) -> None:
    """Check the parameters, decode the picture and answer with its cut-out."""
    succeeds()(exchange)


def succeeds(error: bool | str = False, /, **headers: str) -> Behaviour:
    """Behave like the provider, with this spelling of "no error"."""

    def answer(exchange: Exchange) -> None:
        problem = _problem(exchange)
        if problem:
            fails(*problem)(exchange)
            return
        try:
            picture = _picture(exchange.form["image_base64"])
        except (OSError, ValueError):
            fails("002", "The image could not be read")(exchange)
            return
        returns_image(encoded(_cut_out(picture, exchange.form)), error, **headers)(exchange)

    return answer


def _problem(exchange: Exchange) -> tuple[str, str] | None:
    form = exchange.form
    sources = [name for name in ("image_url", "image_base64") if form.get(name)]
    if exchange.content_type != "application/x-www-form-urlencoded" or len(sources) != 1:
        return "003", "Exactly one of image_url and image_base64 is needed"
    if any(form.get(name, min(choices)) not in choices for name, choices in CHOICES.items()):
        return "003", "A parameter has a value that is not known"
    if "image_url" in sources:
        return "002", "The image could not be reached"
    if form.get("output_format", "url") == "url":
        return "001", "This stand-in keeps no files, ask it for base64"
    return None


def _picture(text: str) -> Image.Image:
    picture = Image.open(BytesIO(base64.b64decode(text, validate=True)), formats=["JPEG", "PNG"])
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture.convert("RGB")


def _cut_out(picture: Image.Image, form: dict[str, str]) -> Image.Image:
    matte = ellipse(picture.size)
    if form.get("to_remove") == "foreground":
        matte = ImageChops.invert(matte)
    if form.get("color_removal") == "white":
        return Image.composite(picture, Image.new("RGB", picture.size, "white"), matte)
    picture.putalpha(matte)
    return picture


def returns_image(content: bytes, error: bool | str = False, /, **headers: str) -> Behaviour:
    """Answer with a success that carries these bytes."""
    return returns_json(success(content, error), **headers)


def success(content: bytes, error: bool | str = False) -> dict[str, Any]:
    """Return the provider's JSON for a success."""
    image = {"image_base64": base64.b64encode(content).decode()}
    return {"error": error, "correlation_id": str(uuid.uuid4()), "response": image}


def fails(error_id: str, message: str = "It did not work", error: bool | str = True) -> Behaviour:
    """Answer with one of the provider's own failures; its correlation id is "correlation-<error_id>"."""
    correlation_id = f"correlation-{error_id}"
    return returns_json(
        {"error": error, "error_id": error_id, "message": message, "correlation_id": correlation_id}
    )


def insists_on_urlsafe_base64(exchange: Exchange) -> None:
    """Accept only the URL-safe alphabet."""
    text = exchange.form["image_base64"]
    if "+" in text or "/" in text:
        fails("002", "Not URL-safe base64")(exchange)
        return
    exchange.form["image_base64"] = text.replace("-", "+").replace("_", "/")
    removes_the_background(exchange)


# The gateway.


def returns_json(payload: Any, status: int = 200, /, **headers: str) -> Behaviour:
    """Answer with any JSON; underscores in header names become hyphens."""
    return returns(json.dumps(payload).encode(), status, "application/json", **headers)


def returns(body: bytes, status: int = 200, content_type: str = "text/html", /, **headers: str) -> Behaviour:
    """Answer with any body and the gateway's headers."""
    sent = {"X-RateLimit-Requests-Limit": "100", "X-RateLimit-Requests-Remaining": "99"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(status, body, content_type, sent)


def refuses(status: int, message: str, /, **headers: str) -> Behaviour:
    """Answer with a gateway error; a 502 has its message under another name."""
    return returns_json({"messages" if status == 502 else "message": message}, status, **headers)


def monthly_quota_used_up(**headers: str) -> Behaviour:
    """Refuse because the plan's monthly quota is used up."""
    return refuses(429, MONTHLY, **headers)


rate_limit_per_second = refuses(429, PER_SECOND)
gateway_timeout = returns(b"<html><title>504 Gateway Time-out</title></html>", 504)


def redirects(status: int, location: str) -> Behaviour:
    """Redirect the caller."""
    return returns(b"", status, Location=location)


# Networks and servers with faults.


def slowly(seconds: float, behaviour: Behaviour = removes_the_background) -> Behaviour:
    """Wait before answering."""

    def answer(exchange: Exchange) -> None:
        exchange.wait(seconds)
        behaviour(exchange)

    return answer


def hangs(exchange: Exchange) -> None:
    """Never answer."""
    exchange.wait(None)
    exchange.hang_up()


def drips(interval: float = 0.05, *, times: int = 60, headers_too: bool = False) -> Behaviour:
    """Answer byte by byte, and never finish."""

    def answer(exchange: Exchange) -> None:
        if headers_too:
            exchange.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        else:
            exchange.begin(200, 1_000_000, "application/json", {})
        for _ in range(times):
            if not exchange.wait(interval):
                exchange.write(b"-")
        exchange.hang_up()

    return answer


def truncates(exchange: Exchange) -> None:
    """Close the connection in the middle of the body."""
    exchange.begin(200, 1000, "application/json", {})
    exchange.write(b'{"error": false, ')
    exchange.hang_up()


def resets(exchange: Exchange) -> None:
    """Reset the connection instead of answering."""
    exchange.hang_up(reset=True)


def oversized(mebibytes: int, content: bytes) -> Behaviour:
    """Answer with a success after this much white space, which JSON permits."""
    body = json.dumps(success(content)).encode()

    def answer(exchange: Exchange) -> None:
        exchange.begin(200, (mebibytes << 20) + len(body), "application/json", {})
        for _ in range(mebibytes):
            exchange.write(b" " * (1 << 20))
        exchange.write(body)

    return answer
