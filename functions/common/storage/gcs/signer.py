"""Sign URLs with our own key, or with the IAM Credentials API."""

import functools
import threading

import google.auth
from google.auth import iam
from google.auth.credentials import Credentials, Signing
from google.auth.transport.requests import Request
from google.cloud.storage.retry import DEFAULT_RETRY

from common import timeouts

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
# A user waits for the link, and the default is two minutes.
_RETRY = DEFAULT_RETRY.with_timeout(timeouts.SIGNING_RETRY_SECONDS)
_TIMEOUT = (timeouts.SIGNING_CONNECT_SECONDS, timeouts.SIGNING_READ_SECONDS)


class Signer:
    """The credentials of this process for `Blob.generate_signed_url`.

    In a function or a pod the credentials have no key. There the service account needs the permission to sign
    as itself (iam.serviceAccounts.signBlob).
    https://cloud.google.com/storage/docs/access-control/signing-urls-with-helpers
    """

    def __init__(self) -> None:
        self._credentials: Credentials | None = None
        self._refreshing = threading.Lock()

    def credentials(self) -> Signing | None:
        """Return credentials that can sign, None if this process has only a user's, which cannot."""
        with self._refreshing:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(scopes=[_SCOPE])
            if isinstance(self._credentials, Signing):
                return self._credentials
            if not hasattr(self._credentials, "service_account_email"):
                return None
            if not self._credentials.valid:
                self._credentials.refresh(Request())  # type: ignore[no-untyped-call]
            return _RemoteKey(self._credentials, str(self._credentials.service_account_email))


class _RemoteKey(Signing):
    """Signs with a service account's key through the IAM Credentials API, given the account's token."""

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
