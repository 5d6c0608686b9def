"""Identify the caller by the signed cookie, or by the same token as a bearer."""

from flask import Request, Response

from common.service.sessions import LIFETIME, Session, SessionSigner
from common.settings import Settings

COOKIE = "user_id"


def read_session(request: Request, signer: SessionSigner) -> Session:
    """Return the session of our bearer token, without renewing it, or else that of the cookie."""
    bearer = request.authorization
    token = bearer.token if bearer and bearer.type == "bearer" else None
    if session := signer.verify(token):
        return Session(session.user_id)
    return signer.read(request.cookies.get(COOKIE))


def set_cookie(response: Response, token: str, request: Request, settings: Settings) -> None:
    """Set the session cookie to this token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=LIFETIME,
        httponly=True,
        samesite=settings.cookie_samesite,
        secure=is_https(request) or settings.cookie_samesite == "None",
    )


def is_https(request: Request) -> bool:
    """Tell whether the caller uses https, to us or to a load balancer in front of us."""
    # Forging this header changes only the caller's own cookie.
    return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
