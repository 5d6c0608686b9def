"""A user of the service, as a browser or a script would call it."""

from typing import Any

import requests

from tests.integration.hosts import Host
from tests.photos import photo


class Client:
    """One user's calls on one host; the session keeps the user's cookie."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.session = requests.Session()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call an /api path."""
        options.setdefault("allow_redirects", False)
        response = self.session.request(method, self.host.url(path), timeout=60, **options)
        sent, body = response.request.headers, options.get("json")
        token = sent.get("Authorization") or self.session.cookies.get("user_id")
        self._keep_secret(str(token).rpartition(".")[2], sent.get("Idempotency-Key"))
        self._keep_secret(body.get("record_name") if isinstance(body, dict) else None)
        return response

    def _keep_secret(self, *texts: object) -> None:
        """Have the host's log searched for these in the end."""
        self.host.secrets.update(map(str, texts))

    def upload(
        self,
        content: bytes | None = None,
        file_name: str = "photo.png",
        name: str | None = None,
        **options: Any,
    ) -> requests.Response:
        """Upload a picture, by default a small valid one."""
        image = photo() if content is None else content
        self._keep_secret(file_name, name)
        form = {} if name is None else {"name": name}
        return self.call("POST", "/api/upload", files={"image": (file_name, image)}, data=form, **options)

    def keep(self, content: bytes | None = None, name: str | None = None) -> dict[str, Any]:
        """Upload a picture and return its record."""
        response = self.upload(content, name=name)
        assert response.status_code == 201, response.text
        record: dict[str, Any] = response.json()["record"]
        return record

    def list(self, query: str = "") -> dict[str, Any]:
        """Return what the user keeps."""
        response = self.call("GET", f"/api/list{query}")
        assert response.status_code == 200, response.text
        shelf: dict[str, Any] = response.json()
        return shelf

    def token(self) -> str:
        """Return the user's token; the user exists from here on."""
        self.list()
        return str(self.session.cookies["user_id"])
