"""GET /api/image/<record_id>/original|processed|preview: one image of a record."""

from typing import Any, get_args
from urllib.parse import quote

from flask import Request, Response
from werkzeug.http import dump_options_header
from werkzeug.wsgi import FileWrapper

from common.domain.errors import NotFound, PictureError
from common.domain.models import IMMUTABLE, ImageFile, ImageRecord, Variant
from common.web.endpoint import Call, endpoint

_WHILE_THE_LINK_LASTS = "private, max-age=240"
_CHUNK = 64 * 1024  # bytes


@endpoint("image", "GET", takes=2)
def image(call: Call) -> Response:
    """Answer the image's bytes, or 304 where the caller has them already; `?download=1` names the file.

    What is too long to be streamed by a function is a 302 to where it can be read for a few minutes.
    """
    record_id, wanted = call.arguments
    variant = next((variant for variant in get_args(Variant) if variant == wanted), None)
    if variant is None:
        raise NotFound("There is nothing at this address.")
    record = call.library.find(call.user_id, record_id)
    etag = f"{record.record_id}-{variant}"  # the images of a record never change
    if call.request.if_none_match.contains_weak(etag):
        return _about(Response(status=304), etag)
    try:
        file = call.library.read(call.user_id, record, variant)
    except PictureError:  # the original application's, of which no preview can be made
        raise NotFound from None
    disposition = _disposition(call, record, file)
    if link := file.image.link(call.request.method, disposition):
        return Response(status=302, headers={"Location": link, "Cache-Control": _WHILE_THE_LINK_LASTS})
    response = _about(_stream(file, disposition), etag)
    conditions = _conditions(call.request, file.image.size)
    response.make_conditional(conditions, accept_ranges=True, complete_length=file.image.size)
    return response


def _conditions(request: Request, size: int) -> dict[str, Any]:
    """Return the request's headers without a Range that is not to be served, as RFC 9110 has it ignored.

    That is one of other units, of several parts, or whose last part is longer than the image. Nor is there an
    If-Match: that guards changes, and an image never changes.
    """
    conditions = {name: value for name, value in request.environ.items() if name != "HTTP_IF_MATCH"}
    asked = request.range
    is_one = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1
    if not (is_one and asked and asked.ranges[0][0] >= -size):
        conditions.pop("HTTP_RANGE", None)
    return conditions


def _about(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = IMMUTABLE
    return response


def _stream(file: ImageFile, disposition: str) -> Response:
    # Not the server's own wrapper, which cannot seek: a part would be read from the image's start on.
    chunks = FileWrapper(file.image.open(), _CHUNK)
    response = Response(chunks, mimetype=file.content_type, direct_passthrough=True)
    response.content_length = file.image.size
    response.headers["Content-Disposition"] = disposition
    return response


def _disposition(call: Call, record: ImageRecord, file: ImageFile) -> str:
    kind = "attachment" if call.request.args.get("download") == "1" else "inline"
    name = _file_name(record.image_name, file.content_type)
    named = {"filename": name} if name.isascii() else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    return dump_options_header(kind, named)


def _file_name(image_name: str, content_type: str) -> str:
    # The original application took any name, and a header takes no line break.
    name = "".join(character if character.isprintable() else " " for character in image_name)
    kind, _, subtype = content_type.partition("/")
    return f"{name}.{subtype.replace('jpeg', 'jpg')}" if kind == "image" else name
