"""What it takes to sign a URL: a key of our own, or the IAM Credentials API that signs in our name."""

import functools
import threading

import google.auth
from google.auth import iam
from google.auth.credentials import Credentials, Signing
from google.auth.transport.requests import Request
from google.cloud.storage.retry import DEFAULT_RETRY

from common import timeouts

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
# Somebody waits for the link: by default the client retries for two minutes.
_RETRY = DEFAULT_RETRY.with_timeout(timeouts.SIGNING_RETRY_SECONDS)
_TIMEOUT = (timeouts.SIGNING_CONNECT_SECONDS, timeouts.SIGNING_READ_SECONDS)


class Signer:
    """The credentials of this process as `Blob.generate_signed_url` takes them.

    Where the platform lends them (a function, a pod) they have no key, and the account needs the permission
    to sign as itself (iam.serviceAccounts.signBlob).
    https://cloud.google.com/storage/docs/access-control/signing-urls-with-helpers
    """

    def __init__(self) -> None:
        self._credentials: Credentials | None = None
        self._refreshing = threading.Lock()

    def credentials(self) -> Signing | None:
        """Return credentials that sign, None where those of this process cannot (a person's)."""
        with self._refreshing:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(scopes=[_SCOPE])
            if isinstance(self._credentials, Signing):
                return self._credentials
            if not hasattr(self._credentials, "service_account_email"):
                return None
            if not self._credentials.valid:
                self._credentials.refresh(Request())  # type: ignore[no-untyped-call]
            return _BorrowedKey(self._credentials, str(self._credentials.service_account_email))


class _BorrowedKey(Signing):
    """The key of an account whose token we have; only the IAM Credentials API uses it."""

    def __init__(self, credentials: Credentials, account: str) -> None:
        request = functools.partial(Request(), timeout=_TIMEOUT)
        self._account = account
        self._signer = iam.Signer(request, credentials, account)  # type: ignore[no-untyped-call]

    def sign_bytes(self, message: bytes) -> bytes:
        return bytes(_RETRY(self._signer.sign)(message))

    @property
    def signer_email(self) -> str:
        return self._account

    @property
    def signer(self) -> iam.Signer:
        return self._signer
