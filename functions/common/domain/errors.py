"""The errors of the service, each with a stable code and a sentence that tells the user what to do.

ApplicationError                 internal
├── BadRequest                   bad_request
│   ├── OriginNotAllowed         origin_not_allowed
├── NotFound                     not_found
├── LimitReached                 limit_reached
├── UploadInProgress             upload_in_progress
├── RevisionChanged              revision_changed
├── PictureError
│   ├── ImageTooLarge            image_too_large
│   │   └── TooManyPixels        image_too_large
│   ├── UnsupportedImage         unsupported_image
│   └── UnreadableImage          unreadable_image
├── InvalidName                  invalid_name
├── KeyReused                    idempotency_key_reused
├── RemoverError
│   ├── RemoverFailed            remover_failed
│   ├── RemoverTimeout           remover_timeout
│   └── RateLimited              rate_limited
├── Overloaded                   overloaded
└── Unavailable                  unavailable
"""

from typing import ClassVar


class ApplicationError(Exception):
    """A failure whose `detail` may be shown to the caller."""

    code: ClassVar[str] = "internal"
    default_detail: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.default_detail
        super().__init__(self.detail)


class BadRequest(ApplicationError):
    """The request is malformed."""

    code = "bad_request"
    default_detail = "The request could not be understood."


class OriginNotAllowed(BadRequest):
    """A page of another origin tried to change something."""

    code = "origin_not_allowed"
    default_detail = "This page may not make changes here. Open the site itself and try again."


class NotFound(ApplicationError):
    """The record does not exist, or belongs to another user."""

    code = "not_found"
    default_detail = "There is no such image. Reload the page to see what you have."


class LimitReached(ApplicationError):
    """The user already keeps USER_LIMIT pictures."""

    code = "limit_reached"
    default_detail = "Max limit reached. Please remove a record."


class UploadInProgress(ApplicationError):
    """The upload with this key is still running; `retry_after` is in seconds."""

    code = "upload_in_progress"
    default_detail = "This picture is still being processed. Try again in a few seconds."
    retry_after: ClassVar[int] = 5


class RevisionChanged(ApplicationError):
    """The cut-out has been replaced since the caller loaded it."""

    code = "revision_changed"
    default_detail = (
        "This picture was changed elsewhere in the meantime. Load it again and repeat your change."
    )


class PictureError(ApplicationError):
    """The picture is at fault, so another remover would not help."""


class ImageTooLarge(PictureError):
    """The picture has too many bytes or pixels, or the request body too many bytes."""

    code = "image_too_large"
    default_detail = "The picture is too large. Send a smaller one."


class TooManyPixels(ImageTooLarge):
    """The picture has too many pixels."""


class UnsupportedImage(PictureError):
    """The file's format is not supported."""

    code = "unsupported_image"
    default_detail = (
        "This file is not a picture that we read. Send a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC."
    )


class UnreadableImage(PictureError):
    """The file claims to be a picture but is empty or damaged."""

    code = "unreadable_image"
    default_detail = "This picture is damaged and cannot be read. Export it again and send the new file."


class InvalidName(ApplicationError):
    """The name is empty, too long or has control characters."""

    code = "invalid_name"
    default_detail = "A name needs 1 to 100 characters and no line breaks or control characters."


class KeyReused(ApplicationError):
    """An Idempotency-Key was reused for a different picture."""

    code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was used for another picture. Send this one under a new key."


class RemoverError(ApplicationError):
    """The remover failed; another one may succeed with the same picture."""


class RemoverFailed(RemoverError):
    """The remover gave no usable result."""

    code = "remover_failed"
    default_detail = "Failed to generate the image"


class RemoverTimeout(RemoverError):
    """The remover took too long."""

    code = "remover_timeout"
    default_detail = "Failed to generate the image"


class RateLimited(RemoverError):
    """The remover's quota is used up; `retry_after` is in seconds."""

    code = "rate_limited"
    default_detail = "Too many pictures are being processed at the moment. Wait a little and try again."

    def __init__(self, detail: str | None = None, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Overloaded(ApplicationError):
    """The process accepts no more work for now; `retry_after` is in seconds."""

    code = "overloaded"
    default_detail = "There is more to do than can be done at once. Wait a little and try again."
    retry_after: ClassVar[int] = 5


class Unavailable(ApplicationError):
    """The database or the image store cannot be reached."""

    code = "unavailable"
    default_detail = "The service is not available right now. Nothing was changed; try again in a minute."
