"""A user of the service, calling it like a browser or a script."""

from typing import Any

import requests

from tests.integration.hosts import Host
from tests.integration.leaks import secrets_of
from tests.photos import photo


class Client:
    """One user's calls on one host; the session keeps the user's cookie."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.session = requests.Session()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call an /api path."""
        options.setdefault("allow_redirects", False)
        headers = {**self.session.headers, **(options.get("headers") or {})}
        self.host.secrets.update(secrets_of({**options, "headers": headers}))  # even if no answer comes
        response = self.session.request(method, self.host.url(path), timeout=60, **options)
        self.host.secrets.add(str(self.session.cookies.get("user_id")).rpartition(".")[2])
        return response

    def upload(
        self,
        content: bytes | None = None,
        file_name: str = "photo.png",
        name: str | None = None,
        **options: Any,
    ) -> requests.Response:
        """Upload a picture, by default a small valid one."""
        image = photo() if content is None else content
        form = {} if name is None else {"name": name}
        return self.call("POST", "/api/upload", files={"image": (file_name, image)}, data=form, **options)

    def keep(self, content: bytes | None = None, name: str | None = None) -> dict[str, Any]:
        """Upload a picture and return its record."""
        response = self.upload(content, name=name)
        assert response.status_code == 201, response.text
        record: dict[str, Any] = response.json()["record"]
        return record

    def list(self, query: str = "") -> dict[str, Any]:
        """Return the user's records."""
        response = self.call("GET", f"/api/list{query}")
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def token(self) -> str:
        """Return the user's token, creating the user if necessary."""
        self.list()
        return str(self.session.cookies["user_id"])
