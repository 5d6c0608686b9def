"""GET /api/image/<record_id>/original|processed|preview: one image of a record."""

from typing import get_args
from urllib.parse import quote

from flask import Response
from werkzeug.http import dump_options_header
from werkzeug.wsgi import FileWrapper

from common.errors import NotFound
from common.http import Call, endpoint
from common.models import ImageFile, ImageRecord, Variant

_FOR_EVER = "private, max-age=31536000, immutable"
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
    file = call.library.read(call.user_id, record, variant)
    disposition = _disposition(call, record, file)
    if link := file.image.link(call.request.method, disposition):
        return Response(status=302, headers={"Location": link, "Cache-Control": _WHILE_THE_LINK_LASTS})
    response = _about(_stream(file, disposition), etag)
    response.make_conditional(call.request, accept_ranges=True, complete_length=file.image.size)
    return response


def _about(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = _FOR_EVER
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
