"""Errors of the calls that only programs make: API keys, options and addresses."""

from common.domain.errors import ApplicationError, BadRequest, PictureError


class KeyRefused(ApplicationError):
    """The API key is missing, unknown or revoked."""

    code = "auth_failed"
    default_detail = "Send a valid API key in the header X-Api-Key."


class KeyExhausted(ApplicationError):
    """The API key has reached its monthly limit."""

    code = "insufficient_credits"
    default_detail = "This API key has used up its calls of this month. Ask its operator for more."


class KeyTooFast(ApplicationError):
    """The API key has reached its limit per minute; `retry_after` is in seconds."""

    code = "rate_limit_exceeded"
    default_detail = "This API key has used up its calls of this minute. Wait a little and try again."

    def __init__(self, *, retry_after: int = 60) -> None:
        super().__init__()
        self.retry_after = retry_after


class InvalidOption(BadRequest):
    """An option of a cut-out has an invalid value."""

    code = "invalid_option"
    default_detail = "An option of the cut-out has a value that it cannot have."


class RegionOutOfBounds(InvalidOption):
    """The region of interest extends beyond the picture."""

    code = "roi_exceeds_bounds"
    default_detail = "The region of interest (roi) reaches over the edge of the picture."


class EmptyRegion(InvalidOption):
    """The region of interest contains no pixel."""

    code = "roi_region_empty"
    default_detail = "The region of interest (roi) is empty: its right and bottom edges come second."


class FetchFailed(BadRequest):
    """The picture at an address could not be fetched."""

    code = "failed_image_download"
    default_detail = "The picture could not be fetched from this address. Send the file itself."


class NoSubject(PictureError):
    """No subject was found in the picture."""

    code = "unknown_foreground"
    default_detail = "No subject was found in this picture. Send one in which something stands out."
