"""Download a file over HTTP: resume after interruptions, and accept no more than its known size."""

import re
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from infra.progress import ByteProgress

Pauses = Sequence[float]
PAUSES: Pauses = (1.0, 2.0, 4.0, 8.0)  # seconds before each further attempt
_CHUNK = 1 << 16
_TIMEOUT = 30
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}


class DownloadError(Exception):
    """A source does not provide a file; the message says why, as part of a sentence."""


class _Interrupted(Exception):
    """An attempt was interrupted, but another one may succeed."""


def download(url: str, file: IO[bytes], size: int, progress: ByteProgress, pauses: Pauses = PAUSES) -> None:
    """Append the missing rest of the `size` bytes at this URL to a file; raises DownloadError."""
    waits = iter(pauses)
    while file.tell() < size:
        try:
            _append(url, file, size, progress)
        except _Interrupted as error:
            pause = next(waits, None)
            if pause is None:
                raise DownloadError(f"{_host(url)} {error}") from error
            time.sleep(pause)


def restart(file: IO[bytes]) -> None:
    """Make the file empty."""
    file.seek(0)
    file.truncate()


def _append(url: str, file: IO[bytes], size: int, progress: ByteProgress) -> None:
    with _open(url, file) as response:
        _check_size(response, file.tell(), size, _host(url))
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            restart(file)
        for chunk in _chunks(response):
            if file.tell() + len(chunk) > size:
                raise DownloadError(
                    f"{_host(url)} sends more than the {size} bytes that the file should have"
                )
            file.write(chunk)
            progress.at(file.tell())
    if file.tell() < size:
        raise _Interrupted(f"broke off after {file.tell()} of {size} bytes")


def _open(url: str, file: IO[bytes]) -> HTTPResponse:
    request = Request(url, headers={"User-Agent": "image-background-remover"})  # noqa: S310 - of the catalogue
    if file.tell():
        request.add_header("Range", f"bytes={file.tell()}-")
    try:
        response: HTTPResponse = urlopen(request, timeout=_TIMEOUT)  # noqa: S310
    except HTTPError as error:
        raise _refusal(error, url, file) from error
    except URLError as error:
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise DownloadError(f"{_host(url)} cannot be reached ({reason})") from error
    except (OSError, HTTPException) as error:
        raise _Interrupted(f"gave no answer ({error})") from error
    return response


def _refusal(error: HTTPError, url: str, file: IO[bytes]) -> Exception:
    error.close()
    # urllib's message about too many redirects has several lines.
    answer = f"answers {error.code} {error.reason}" if error.code >= 400 else "redirects too often"
    if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        restart(file)  # the partial file is longer than the published one
        return _Interrupted(answer)
    return _Interrupted(answer) if error.code in _TRANSIENT else DownloadError(f"{_host(url)} {answer}")


def _check_size(response: HTTPResponse, start: int, size: int, host: str) -> None:
    """Raise DownloadError if the answer is not the rest of a file of this size."""
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != start:
            raise DownloadError(f"{host} answers with another range than the one that was asked for")
        stated = found[2]
    else:
        stated = response.headers.get("Content-Length", "*")
    if stated not in ("*", str(size)):
        raise DownloadError(f"{host} has a file of {stated} bytes, not of {size}")


def _chunks(response: HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read1(_CHUNK)
        except (OSError, HTTPException) as error:
            raise _Interrupted(f"broke off ({error})") from error
        if not chunk:
            return
        yield chunk


def _host(url: str) -> str:
    return urlsplit(url).netloc
