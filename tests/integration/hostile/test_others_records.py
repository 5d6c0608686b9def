"""Another user's ids at every address, and invalid ids."""

import itertools
import json
from urllib.parse import quote

import pytest

from tests.integration.client import Client
from tests.integration.hostile import ANY_HOST
from tests.integration.hostile.conftest import Documents, Victim
from tests.integration.hostile.guarantees import assert_refused
from tests.integration.hostile.wire import Headers, ask
from tests.integration.hosts import Host

pytestmark = ANY_HOST
UNKNOWN = "0123456789abcdef01234567"
NAME = json.dumps({"record_name": "stolen"}).encode()
CALLS = [
    *[("PUT", path, NAME) for path in ("/api/rename/{}", "/update/{}", "/api/rename/{}/")],
    *[("DELETE", path, None) for path in ("/api/delete/{}", "/remove/{}")],
    *[
        (method, f"/api/image/{{}}/{variant}{query}", None)
        for method, variant, query in itertools.product(
            ("GET", "HEAD"), ("original", "processed", "preview"), ("", "?download=1")
        )
    ],
]


def headers_of(kind: str, host: Host, victim: Victim) -> Headers:
    """Return the credentials of a stranger of this kind."""
    if kind == "another user":
        return {"Cookie": f"user_id={Client(host).token()}"}
    tokens = {"nobody": "", "the id for a token": victim.user_id, "a cut token": victim.token[:-2]}
    return {"Cookie": f"user_id={tokens[kind]}"}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("kind", ["nobody", "another user", "the id for a token", "a cut token"])
@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=lambda value: str(value))
def test_another_users_record_looks_like_an_unknown_one(
    host: Host, victim: Victim, kind: str, method: str, path: str, body: bytes | None
) -> None:
    headers = headers_of(kind, host, victim)
    theirs = ask(host, method, path.format(victim.record_id), headers, body)
    nobodys = ask(host, method, path.format(UNKNOWN), headers, body)
    assert_refused(theirs, 404)
    assert (theirs.status, theirs.body) == (nobodys.status, nobodys.body)
    assert "etag" not in theirs.headers


@pytest.mark.usefixtures("untouched")
def test_a_known_etag_does_not_reveal_the_image_to_another_user(host: Host, victim: Victim) -> None:
    etag = {"If-None-Match": f'"{victim.record_id}-original-1"'}
    assert_refused(ask(host, "GET", f"/api/image/{victim.record_id}/original", etag), 404)


@pytest.mark.usefixtures("untouched")
def test_my_id_in_the_address_and_another_users_in_the_body_is_refused(host: Host, victim: Victim) -> None:
    me = Client(host)
    mine = {"Cookie": f"user_id={me.token()}"}
    body = json.dumps({"record_name": "stolen", "record_id": victim.record_id}).encode()
    assert_refused(ask(host, "PUT", f"/api/rename/{UNKNOWN}", mine, body), 400)


IDS = [
    *("$where", "$ne", '{"$ne": null}', '{"$gt": ""}', "[$ne]", "null", "undefined", "true", "0", "-1", "*"),
    *("0" * 23, "0" * 25, "g" * 24, "0x" + "0" * 22, "+" + "0" * 23, "abcdefghijkl", "\u0661" * 24),
    *("' || '1'=='1", "1;sleep(5000)", "a\0b", "a\nb", "\ud83d", "ObjectId('" + "0" * 24 + "')", "." * 24),
    *("\N{PILE OF POO}", "<script>alert(1)</script>", "%s%s%n", "${jndi:x}", "{{7*7}}", "x" * 4000),
]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("odd", [*IDS, "with more", "with space", "with nul", "with line"], ids=ascii)
def test_an_invalid_id_is_not_found(host: Host, victim: Victim, odd: str) -> None:
    suffix = {"with more": "0", "with space": "%20", "with nul": "%00", "with line": "%0a"}.get(odd)
    segment = victim.record_id + suffix if suffix else quote(odd, safe="", errors="surrogatepass")
    headers = {"Cookie": f"user_id={victim.token}"}
    for method, path, body in CALLS[:8:2]:
        assert_refused(ask(host, method, path.format(segment), headers, body), 404)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "query",
    [
        "user_id[$ne]=x",
        "user_id=$ne",
        "include[$ne]=images",
        "include=images&include=x",
        "$where=1",
        "%00",
        "&=",
    ],
)
def test_an_operator_in_the_query_finds_nothing(host: Host, query: str) -> None:
    answer = ask(host, "GET", f"/api/list?{query}")
    assert_refused(answer, 200)
    assert answer.json["records"] == []


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(
    "more",
    [
        {"$set": {"user_id": "me"}},
        {"user_id": {"$ne": None}},
        {"_id": {"$ne": None}, "status": "processing"},
        {"$where": "sleep(5000)", "multi": True, "upsert": True},
    ],
    ids=json.dumps,
)
def test_operators_beside_a_name_change_nothing_but_the_name(
    host: Host, documents: Documents, more: dict[str, object]
) -> None:
    me = Client(host)
    record = me.keep(name="mine")
    before = documents.find_one({"user_id": me.list()["user_id"]})
    body = json.dumps({"record_name": "$set", **more}).encode()
    headers = {"Cookie": f"user_id={me.token()}"}
    assert_refused(ask(host, "PUT", f"/api/rename/{record['record_id']}", headers, body), 200)
    assert before
    assert documents.find_one({"_id": before["_id"]}) == {**before, "image_name": "$set"}
