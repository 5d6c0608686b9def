"""Tokens that this service did not issue: never an error, and never another user."""

import base64
import hashlib
import json
import time
from collections.abc import Callable

import pytest
from itsdangerous import TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from tests.integration.client import Client
from tests.integration.hostile import ANY_HOST
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_kept, assert_refused
from tests.integration.hostile.wire import Answer, Headers, ask
from tests.integration.hosts import Host

pytestmark = [ANY_HOST, pytest.mark.usefixtures("untouched")]
KEY = "for-the-integration-tests-alone"
DAY = 24 * 60 * 60


def signed(payload: object, key: str = KEY, salt: str = "user_id", age: int = 0, digest: str = "sha1") -> str:
    class Signer(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - age

    method = {"key_derivation": "django-concat", "digest_method": getattr(hashlib, digest)}
    serializer = URLSafeTimedSerializer(key, salt=salt, signer=Signer, signer_kwargs=method)
    return str(serializer.dumps(payload))


def encoded(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def jwt(victim: Victim) -> str:
    return f"{encoded({'alg': 'none'})}.{encoded({'sub': victim.user_id})}."


def parts(victim: Victim) -> tuple[str, str, str]:
    payload, when, signature = victim.token.split(".")
    return payload, when, signature


FORGED: dict[str, Callable[[Victim], str | bytes]] = {
    "nothing": lambda _: "",
    "the user's id": lambda v: v.user_id,
    "the id as JSON": lambda v: encoded(v.user_id),
    "without its signature": lambda v: ".".join(parts(v)[:2]),
    "with an empty signature": lambda v: ".".join((*parts(v)[:2], "")),
    "without its time": lambda v: f"{parts(v)[0]}.{parts(v)[2]}",
    "with another time": lambda v: f"{parts(v)[0]}.ZZZZZZ.{parts(v)[2]}",
    "cut by one": lambda v: v.token[:-1],
    "cut in half": lambda v: v.token[: len(v.token) // 2],
    "with one more": lambda v: v.token + "A",
    "twice": lambda v: v.token + "." + v.token,
    "in capitals": lambda v: v.token.upper(),
    "with a changed payload": lambda v: f"{encoded(v.user_id)}A.{parts(v)[1]}.{parts(v)[2]}",
    "another's signature": lambda v: f"{parts(v)[0]}.{'.'.join(signed('somebody').split('.')[1:])}",
    "signed by another key": lambda v: signed(v.user_id, key="for-the-integration-tests-alone "),
    "signed by an empty key": lambda v: signed(v.user_id, key=""),
    "signed for another use": lambda v: signed(v.user_id, salt="session"),
    "signed by another digest": lambda v: signed(v.user_id, digest="sha512"),
    "signed without a time": lambda v: str(URLSafeSerializer(KEY, salt="user_id").dumps(v.user_id)),
    "expired": lambda v: signed(v.user_id, age=366 * DAY),
    "signed for an operator": lambda _: signed({"$ne": None}),
    "signed for a list": lambda v: signed([v.user_id]),
    "signed for nobody": lambda _: signed(""),
    "a token without algorithm": jwt,
    "an operator": lambda _: '{"$ne": null}',
    "quoted": lambda v: f'"{v.user_id}"',
    "percent signs": lambda v: v.token.replace(".", "%2E") + "%00%zz",
    "not UTF-8": lambda _: b"\xff\xfe.\xc0\x80.\xed\xa0\x80",
    "emoji": lambda _: "\N{PILE OF POO}" * 20,
    "dots": lambda _: "." * 5000,
    "compressed": lambda _: "." + "eJx" + "A" * 5000,
    "8 kB": lambda v: v.token + "A" * 8000,
}


def assert_a_stranger(answer: Answer, victim: Victim) -> None:
    assert_refused(answer, 200)
    assert answer.json["user_id"] != victim.user_id
    assert answer.json["records"] == []


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_a_stranger(
    host: Host, victim: Victim, forged: Callable[[Victim], str | bytes]
) -> None:
    token = forged(victim)
    content = token if isinstance(token, bytes) else token.encode()
    assert_a_stranger(ask(host, "GET", "/api/list", {"Cookie": b"user_id=" + content}), victim)
    assert_a_stranger(ask(host, "GET", "/api/list", {"Authorization": b"Bearer " + content}), victim)


@pytest.mark.parametrize("name", ["Cookie", "Authorization"])
def test_a_token_beyond_every_limit_is_refused_by_the_server(host: Host, name: str) -> None:
    assert_refused(ask(host, "GET", "/api/list", {name: "user_id=" + "A" * 9000}), 431)


@pytest.mark.parametrize("byte", [b"\x00", b"\x0b", b"\x7f", b"\r\nX: y", b"\n"])
def test_a_token_with_a_control_character_is_refused_or_nobodys(
    host: Host, victim: Victim, byte: bytes
) -> None:
    answer = ask(host, "GET", "/api/list", {"Cookie": b"user_id=" + byte + victim.token.encode()})
    assert_refused(answer, 400, 200)
    assert victim.user_id.encode() not in answer.body


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def test_a_bearer_token_counts_and_not_the_cookie_beside_it(host: Host, victim: Victim) -> None:
    me = Client(host)
    both = {"Cookie": f"user_id={victim.token}", **bearer(me.token())}
    answer = ask(host, "GET", "/api/list", both)
    assert (answer.json["user_id"], answer.json["records"]) == (me.list()["user_id"], [])
    path = f"/api/delete/{victim.record_id}"
    assert_refused(ask(host, "DELETE", path, both), 404)


def test_a_forged_bearer_counts_as_absent(host: Host, victim: Victim) -> None:
    with_cookie = ask(host, "GET", "/api/list", {"Cookie": f"user_id={victim.token}", **bearer("forged")})
    assert_refused(with_cookie, 200)
    assert with_cookie.json["user_id"] == victim.user_id
    alone = ask(host, "GET", "/api/list", bearer("forged"))
    assert_a_stranger(alone, victim)
    assert alone.headers["set-cookie"].startswith("user_id=")
    assert_refused(ask(host, "DELETE", f"/api/delete/{victim.record_id}", bearer("forged")), 404)


@pytest.mark.parametrize(
    "scheme",
    ["Basic dXNlcjpwYXNz", "Basic %%%", "Digest username=x", "Bearer", "Bearer a=b", "Token x", "\t"],
)
def test_another_scheme_is_no_users_token(host: Host, victim: Victim, scheme: str) -> None:
    assert_a_stranger(ask(host, "GET", "/api/list", {"Authorization": scheme}), victim)


@pytest.mark.parametrize("separator", ["; ", ";", ","])
def test_of_several_cookies_the_first_counts_or_none(host: Host, victim: Victim, separator: str) -> None:
    cookies = separator.join(["user_id=forged", f"user_id={victim.token}"])
    assert_a_stranger(ask(host, "GET", "/api/list", {"Cookie": cookies}), victim)


def test_a_thousand_cookies_are_one_stranger(host: Host, victim: Victim) -> None:
    cookies = "; ".join(f"c{number}=v" for number in range(700))
    assert_a_stranger(ask(host, "GET", "/api/list", {"Cookie": cookies}), victim)


def test_a_forged_token_is_answered_with_a_new_one_and_never_repeated(host: Host) -> None:
    answer = ask(host, "GET", "/api/list", {"Cookie": "user_id=forged-and-marked"})
    assert_kept(answer)
    assert "forged-and-marked" not in str(answer)
    assert answer.headers["set-cookie"].startswith("user_id=")
