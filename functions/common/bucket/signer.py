"""What it takes to sign a URL: a key of our own, or the IAM Credentials API that signs in our name."""

import threading
from collections.abc import Mapping

import google.auth
from google.auth.credentials import Credentials, Signing
from google.auth.transport.requests import Request

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Signer:
    """The credentials of this process as `Blob.generate_signed_url` takes them.

    Where the platform lends them (a function, a pod) they have no key, and the account needs the permission
    to sign as itself (iam.serviceAccounts.signBlob).
    https://cloud.google.com/storage/docs/access-control/signing-urls-with-helpers
    """

    def __init__(self) -> None:
        self._credentials: Credentials | None = None
        self._refreshing = threading.Lock()

    def arguments(self) -> Mapping[str, object] | None:
        """Return the arguments that sign, None where these credentials cannot (a person's)."""
        with self._refreshing:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(scopes=[_SCOPE])
            if not isinstance(self._credentials, Signing) and not self._credentials.valid:
                self._credentials.refresh(Request())  # type: ignore[no-untyped-call]
        credentials = self._credentials
        if isinstance(credentials, Signing):
            return {"credentials": credentials}
        account = getattr(credentials, "service_account_email", None)
        if account is None:
            return None
        return {"service_account_email": account, "access_token": credentials.token}
