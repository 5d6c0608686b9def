"""GET /api/health: tell whether the service works."""

from flask import Response

from common.domain.errors import Unavailable
from common.observability.causes import describe
from common.observability.request_context import bind
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response
from endpoints import ENDPOINTS


@endpoint(ENDPOINTS["health"], identified=False)
def health(call: Call) -> Response:
    """Return 200 if the database answers within 2 seconds, else 503."""
    try:
        call.parts.check_health()
    except Unavailable as error:
        bind(cause=describe(error))
        return json_response({"status": "Unhealthy", "detail": "The database does not answer."}, 503)
    return json_response({"status": "Healthy"})
