"""GET /api/image/<record_id>/original|processed|preview: one image of a record."""

import re
from typing import Any, get_args
from urllib.parse import quote

from flask import Request, Response
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header
from werkzeug.wsgi import FileWrapper

from common.domain.errors import NotFound, PictureError
from common.domain.models import IMMUTABLE, ImageFile, ImageRecord, Variant
from common.web.endpoint import Call, endpoint
from endpoints import ENDPOINTS

_CURRENT = "private, no-cache"  # an address without a revision leads to the latest one
_LINK_CACHING = "private, max-age=240"
_CHUNK = 64 * 1024  # bytes
_EMPTY_SUFFIX = re.compile(r"\s*bytes\s*=\s*-0+\s*")  # a range of no bytes


@endpoint(ENDPOINTS["image"])
def image(call: Call) -> Response:
    """Return the image's bytes, or 304 if the caller has them; `?download=1` makes it a named download.

    If an image is too large for a Cloud Function to stream, return a 302 to a URL that is valid for minutes.
    """
    record_id, wanted = call.path_params
    asked = call.request.args.get("r")
    variant = next((variant for variant in get_args(Variant) if variant == wanted), None)
    if variant is None:
        raise NotFound("There is nothing at this address.")
    gallery = call.parts.gallery()
    if call.request.if_none_match:
        known = gallery.find(call.user_id, record_id)
        if call.request.if_none_match.contains_weak(_etag(known, variant)) and _is_current(known, asked):
            return _cacheable(Response(status=304), known, variant, asked)
    try:
        record, file = gallery.read(call.user_id, record_id, variant)
    except PictureError:  # the original application kept a damaged image, so it has no preview
        raise NotFound from None
    if not _is_current(record, asked):
        raise NotFound
    if _EMPTY_SUFFIX.fullmatch(call.request.headers.get("Range", "")):
        raise RequestedRangeNotSatisfiable(file.image.size)
    disposition = _disposition(call, record, file)
    if link := file.image.link(call.request.method, disposition):
        return Response(status=302, headers={"Location": link, "Cache-Control": _LINK_CACHING})
    response = _cacheable(_stream(file, disposition), record, variant, asked)
    conditions = _conditions(call.request, file.image.size)
    response.make_conditional(conditions, accept_ranges=True, complete_length=file.image.size)
    return response


def _conditions(request: Request, size: int) -> dict[str, Any]:
    """Return the request's headers without those that we ignore.

    RFC 9110 lets a server ignore a Range: we ignore other units than bytes, several ranges, and a suffix
    longer than the image. If-Match protects changes, and a read changes nothing.
    """
    conditions = {name: value for name, value in request.environ.items() if name != "HTTP_IF_MATCH"}
    asked = request.range
    is_one = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1
    if not (is_one and asked and asked.ranges[0][0] >= -size):
        conditions.pop("HTTP_RANGE", None)
    return conditions


def _etag(record: ImageRecord, variant: Variant) -> str:
    return f"{record.record_id}-{variant}-{record.revision}"


def _is_current(record: ImageRecord, revision: str | None) -> bool:
    """Tell whether the address names the record's current revision, or none."""
    return revision in (None, str(record.revision))


def _cacheable(response: Response, record: ImageRecord, variant: Variant, asked: str | None) -> Response:
    response.set_etag(_etag(record, variant))
    response.headers["Cache-Control"] = IMMUTABLE if asked else _CURRENT
    return response


def _stream(file: ImageFile, disposition: str) -> Response:
    # The server's own file wrapper cannot seek: it would read an image from the start to send a range.
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
    # The original application accepted any name, but a header must not contain line breaks.
    name = "".join(character if character.isprintable() else " " for character in image_name)
    kind, _, subtype = content_type.partition("/")
    return f"{name}.{subtype.replace('jpeg', 'jpg')}" if kind == "image" else name
