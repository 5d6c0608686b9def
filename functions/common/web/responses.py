"""Make the responses of endpoints: JSON, records, and redirects to the site."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Request, Response

from common.settings import Settings

if TYPE_CHECKING:
    from common.domain.models import ImageRecord


def json_response(body: Mapping[str, object], status: int = 200, **headers: str) -> Response:
    """Return a JSON response."""
    return Response(json_text(body), status, headers, mimetype="application/json")


def json_text(body: Mapping[str, object]) -> str:
    """Return an object as compact JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def record_json(record: "ImageRecord") -> dict[str, object]:
    """Return a record's JSON object, with the URLs of its three images."""
    described = {name: value for name, value in asdict(record).items() if name != "content_type"}
    image = f"/api/image/{record.record_id}"
    return {
        **described,
        "original_url": f"{image}/original?r={record.revision}",
        "processed_url": f"{image}/processed?r={record.revision}",
        "preview_url": f"{image}/preview?r={record.revision}",
    }


def prefers_html(request: Request) -> bool:
    """Tell whether the caller is a browser that will show the response as a page."""
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def redirect_to_site(settings: Settings, flash: str) -> Response:
    """Redirect a browser to the site, which shows the message with this code.

    The site's script reads the query; without a script, the fragment makes the message visible.
    """
    location = f"{settings.site_url or '/'}?flash={flash}#flash-{flash}"
    return Response(status=302, headers={"Location": location})
