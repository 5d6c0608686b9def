"""Published clients of remove.bg's API, run like by their users, at another address."""

import base64
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from infra.local import ROOT

ENVIRONMENT = ROOT / ".venv/clients"
NODE_CLIENT = ENVIRONMENT / "node_modules/remove.bg/dist/index.js"
_SECONDS = 60
_ADDRESS = "https://api.remove.bg/v1.0"

# The parameters that the npm client sends, even if they are not set.
_NODE_PARAMETERS = (
    *("size", "type", "scale", "position", "crop", "crop_margin", "roi"),
    *("bg_color", "bg_image_url", "channels", "add_shadow"),
)
_NODE_DRIVER = """
const client = require("./client.js");
const [call, options] = JSON.parse(process.argv[2]);
client[call](options).then(
  (result) => console.log(JSON.stringify({ result })),
  (errors) => console.log(JSON.stringify({ errors })),
);
"""


def install() -> None:
    """Install the clients; this is quick if they are installed."""
    subprocess.run(["make", "--silent", ".venv/clients/installed"], cwd=ROOT, check=True, timeout=300)


def run_python(script: str, **values: str) -> "subprocess.CompletedProcess[str]":
    """Run a script in the clients' environment, with these values as variables."""
    setting = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    command = [str(ENVIRONMENT / "bin/python"), "-I", "-c", setting + script]
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)


@dataclass(frozen=True)
class NodeClient:
    """The npm client, or a replay of its requests on a machine without npm."""

    url: str
    key: str
    folder: Path

    def remove_from_file(self, path: Path, **options: Any) -> dict[str, Any]:
        """Return {"result"} or {"errors"}."""
        if NODE_CLIENT.exists():
            return self._run("removeBackgroundFromImageFile", {"path": str(path), **options})
        sent = {name: _as_text(value) for name, value in _parameters(options).items()}
        return self._send(files={"image_file": (path.name, path.read_bytes())}, data=sent)

    def remove_from_base64(self, content: bytes, **options: Any) -> dict[str, Any]:
        """Return {"result"} or {"errors"}."""
        encoded = base64.b64encode(content).decode()
        if NODE_CLIENT.exists():
            return self._run("removeBackgroundFromImageBase64", {"base64img": encoded, **options})
        return self._send(json={**_chosen(options), "image_file_b64": encoded})

    def remove_from_url(self, url: str, **options: Any) -> dict[str, Any]:
        """Return {"result"} or {"errors"}."""
        if NODE_CLIENT.exists():
            return self._run("removeBackgroundFromImageUrl", {"url": url, **options})
        return self._send(json={**_chosen(options), "image_url": url})

    def _run(self, call: str, options: Mapping[str, Any]) -> dict[str, Any]:
        source = NODE_CLIENT.read_text("utf-8")
        assert _ADDRESS in source
        (self.folder / "client.js").write_text(source.replace(_ADDRESS, f"{self.url}/v1.0"), "utf-8")
        (self.folder / "driver.js").write_text(_NODE_DRIVER, "utf-8")
        sent = json.dumps([call, {"apiKey": self.key, **options}])
        ran = subprocess.run(
            ["node", str(self.folder / "driver.js"), sent],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "NODE_PATH": str(ENVIRONMENT / "node_modules")},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        assert ran.returncode == 0, ran.stderr
        answer: dict[str, Any] = json.loads(ran.stdout)
        return answer

    def _send(self, **body: Any) -> dict[str, Any]:
        headers = {"X-Api-Key": self.key, "Accept": "application/json"}
        response = requests.post(f"{self.url}/v1.0/removebg", headers=headers, timeout=_SECONDS, **body)
        if not response.ok:
            return {"errors": response.json()["errors"]}
        result = {
            "base64img": response.json()["data"]["result_b64"],
            "creditsCharged": response.headers["X-Credits-Charged"],
            "resultWidth": response.headers["X-Width"],
            "resultHeight": response.headers["X-Height"],
            "rateLimitReset": response.headers["X-RateLimit-Reset"],
        }
        return {"result": result}


def _parameters(options: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {"size": "preview", "type": "auto", "crop": False}
    return {name: options.get(name, defaults.get(name)) for name in _NODE_PARAMETERS}


def _chosen(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _parameters(options).items() if value is not None}


def _as_text(value: object) -> str:
    return "undefined" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
