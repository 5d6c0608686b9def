"""Stateless background removal in the dialects of remove.bg, rembg's server and withoutBG's server."""

import time
from collections.abc import Mapping

from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from common.domain.errors import BadRequest, ImageTooLarge, NotFound, TooManyPixels, UnreadableImage
from common.domain.mattes import Rendering
from common.domain.options import CutoutOptions
from common.domain.removal_errors import KeyRefused, NoSubject
from common.web import key_auth, problems, request_body
from common.web.dialects import rembg, withoutbg
from common.web.dialects import removebg as remove_bg
from common.web.dialects.form import Form
from common.web.dialects.form import parse as parse_form
from common.web.endpoint import Call, HttpFunction, endpoint
from common.web.problems import Problem
from endpoints import ENDPOINTS


def removebg(request: Request) -> Response:
    """Pass a request to the endpoint of its path; a leading /api is optional."""
    endpoint = _ENDPOINTS.get(request.path.strip("/").removeprefix("api/"))
    return endpoint(request) if endpoint else problems.respond(NotFound("There is nothing at this address."))


def _explain_remove_bg(problem: Problem, _: Request) -> Response:
    return remove_bg.explain(problem)


def _explain_without_bg(problem: Problem, _: Request) -> Response:
    return withoutbg.explain(problem)


def _explain_rembg(problem: Problem, _: Request) -> Response:
    return problem.response()


@endpoint(ENDPOINTS["removebg"], identified=False, explain=_explain_remove_bg)
def _remove_bg(call: Call) -> Response:
    with key_auth.counted(call) as usage:
        asked = remove_bg.parse(_form(call))
        picture = _checked(asked.image, call) if asked.image else _fetched(asked.image_url, call)
        backdrop = (
            _fetched(asked.backdrop_url, call) if asked.backdrop_url else _checked(asked.backdrop, call)
        )
        try:
            rendering = _removed(call, picture, asked.options, backdrop)
        except TooManyPixels as error:
            raise remove_bg.RemoveBgError("resolution_too_high", error.detail) from error
        if rendering.subject is None:
            raise NoSubject
        accepted = call.request.accept_mimetypes
        as_json = accepted["application/json"] > accepted["image/png"]
        response = remove_bg.respond(rendering, as_json=as_json)
        key_auth.add_rate_headers(response, usage)
        return response


@endpoint(ENDPOINTS["account"], identified=False, explain=_explain_remove_bg)
def _account(call: Call) -> Response:
    usage = key_auth.usage(call)
    response = remove_bg.account(usage)
    key_auth.add_rate_headers(response, usage)
    return response


@endpoint(ENDPOINTS["rembg"], identified=False, explain=_explain_rembg)
def _rembg(call: Call) -> Response:
    with key_auth.counted(call):
        query = {name: text for name, text in call.request.args.items() if text}
        if call.request.method == "POST":
            sent = _form(call)
            return _png(call, _checked(sent.file("file"), call), rembg.parse(Form({**query, **sent.texts})))
        if call.settings.api_keys != "off":  # logs would contain the address in the query
            raise KeyRefused("Send the picture by POST: GET is for services without API keys.")
        return _png(call, _fetched(query.get("url", ""), call), rembg.parse(Form(query)))


@endpoint(ENDPOINTS["withoutbg"], identified=False, explain=_explain_without_bg)
def _without_bg(call: Call) -> Response:
    begun = time.monotonic()
    with key_auth.counted(call):
        options = withoutbg.options(call.request.args.get("output", ""))
        picture = withoutbg.picture(_body(call), call.request.content_type or "")
        response = _png(call, _checked(picture, call), options)
        response.headers["X-Latency-Ms"] = str(round((time.monotonic() - begun) * 1000))
        return response


def _png(call: Call, picture: bytes, options: CutoutOptions) -> Response:
    if not picture:
        raise BadRequest("Send a picture.")
    rendering = _removed(call, picture, options)
    return Response(rendering.content, content_type=rendering.content_type)


def _removed(call: Call, picture: bytes, options: CutoutOptions, backdrop: bytes = b"") -> Rendering:
    with call.parts.limiter.acquire():
        return call.parts.removal().remove_background(picture, options, backdrop)


def _form(call: Call) -> Form:
    return parse_form(_body(call), call.request.content_type or "")


def _body(call: Call) -> bytes:
    """Return the body; reading it counts as an upload in progress, but fetching an address does not."""
    with call.parts.limiter.acquire():
        call.parts.prepare()
        try:
            return request_body.whole(call.request)
        except RequestEntityTooLarge:
            raise _too_large(call) from None


def _checked(content: bytes, call: Call) -> bytes:
    """Return the picture, or raise ImageTooLarge if it has too many bytes."""
    if len(content) > call.settings.max_upload_bytes:
        raise _too_large(call)
    return content


def _too_large(call: Call) -> ImageTooLarge:
    return ImageTooLarge(f"The picture has more than {call.settings.max_upload_mb} MB. Send a smaller one.")


def _fetched(url: str, call: Call) -> bytes:
    """Fetch the picture at an untrusted address, or raise FetchFailed."""
    if not call.settings.fetch_urls:
        raise BadRequest("This service fetches no addresses. Send the picture itself.")
    content = call.parts.addresses().fetch(url)
    if not content:
        raise UnreadableImage
    return content


_ENDPOINTS: Mapping[str, HttpFunction] = {
    "v1.0/removebg": _remove_bg,
    "v1.0/account": _account,
    "remove": _rembg,
    "v1/remove-background": _without_bg,
}
