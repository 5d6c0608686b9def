"""Names that imitate headers, pages or files, and every answer that contains them."""

import json
from urllib.parse import unquote

import pytest
from bson import ObjectId

from tests.integration.client import Client
from tests.integration.hostile import ANY_HOST
from tests.integration.hostile.conftest import Documents
from tests.integration.hostile.guarantees import MARKUP, assert_kept, assert_refused
from tests.integration.hostile.wire import Answer, ask
from tests.integration.hosts import Host
from tests.tiers import one_in

pytestmark = [ANY_HOST, pytest.mark.usefixtures("unharmed")]
NAMES = {
    "markup": f"a {MARKUP}",
    "an attribute": "\" onmouseover=alert(1) x='",
    "the end of a header": 'a"; filename="evil.exe',
    "a backslash at the end": "a\\",
    "backslashes and quotes": '\\"\\\\"\\',
    "a parameter": "a; filename*=UTF-8''evil.exe",
    "percent signs": "%0d%0aSet-Cookie:%20x=1",
    "a path": "../../etc/shadow",
    "a path of Windows": "C:\\Windows\\system32",
    "right to left": "photo\u202egnp.exe",
    "isolates": "\u2066a\u2069",
    "no width": "a\u200b\u200c\u200d\ufeffb",
    "emoji": "\N{FAMILY}\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a private character": "\ue000\U0010ffff",
    "marks on marks": "a" + "\u0301" * 99,
    "wide": "\ufdfd" * 100,
    "tags": "a\U000e0041\U000e0042",
    "latin-1": "r\xe9sum\xe9 \xa0 \xad",
    "a line break of another kind": "a\u0085b".replace("\u0085", "\u2424"),
    "a template": "{{7*7}}${7*7}<%= 7*7 %>",
    "a formula": "=cmd|' /C calc'!A0",
    "an operator": "$where",
    "a device": "CON",
    "dots": "..",
}
# Characters that are removed: direction controls and zero-width characters.
DROPPED = dict.fromkeys(map(ord, "\u200b\ufeff\u202e\u2066\u2069"))
INVISIBLE = {
    "no width": "\u200b",
    "tags": "\U000e0041\U000e0042",
    "joiners": "\u200c\u200d",
    "filler": "\u3164",
}
# Names that the original application accepted.
OLD_NAMES = {
    "two lines": "a\r\nX-Evil: 1\r\n\r\n<script>",
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85",
    "line separators": "a\u2028b\u2029c",
    "10 kB": "x" * 10_000,
    "empty": "",
}


def disposition(answer: Answer) -> str:
    """Return the Content-Disposition after checking that it has only a kind and a quoted or encoded name."""
    value = answer.headers["content-disposition"]
    kind, _, parameter = value.partition("; ")
    assert kind in ("inline", "attachment")
    key, _, name = parameter.partition("=")
    if key == "filename*":
        encoded = name.removeprefix("UTF-8''")
        assert (
            encoded.replace("%", "")
            .replace("-", "")
            .replace("_", "")
            .replace(".", "")
            .replace("~", "")
            .isalnum()
        )
        return unquote(encoded)
    plain = name[1:-1].replace('\\"', "").replace("\\\\", "") if name.startswith('"') else name
    assert key == "filename"
    assert not set(plain) & set('"\\\r\n')
    assert name.startswith('"') or not set(plain) & set(" ;,=()<>@:/?")
    return plain


def assert_only_text(host: Host, me: Client, record_id: str) -> None:
    """Check everything that answers with a record's name."""
    headers = {"Cookie": f"user_id={me.token()}"}
    listed = ask(host, "GET", "/api/list", headers)
    assert_kept(listed)
    assert listed.headers["content-type"] == "application/json"
    for variant in ("original", "processed", "preview"):
        for query in ("", "?download=1"):
            for method in ("GET", "HEAD"):
                answer = ask(host, method, f"/api/image/{record_id}/{variant}{query}", headers)
                assert_refused(answer, 200)
                assert answer.headers["content-type"].startswith("image/")
                assert disposition(answer).isprintable()
                assert not {"x-evil", "set-cookie"} & set(answer.headers)


@pytest.mark.parametrize("name", one_in(3, *NAMES.values()), ids=NAMES)
def test_a_name_is_text_in_every_answer(host: Host, name: str) -> None:
    me = Client(host)
    first, second = me.keep(name=name), me.keep(name="before")
    body = json.dumps({"record_name": name}).encode()
    headers = {"Cookie": f"user_id={me.token()}"}
    assert_refused(ask(host, "PUT", f"/api/rename/{second['record_id']}", headers, body), 200)
    assert [record["image_name"] for record in me.list()["records"]] == [name.translate(DROPPED).strip()] * 2
    assert_only_text(host, me, first["record_id"])


@pytest.mark.parametrize("name", INVISIBLE.values(), ids=INVISIBLE)
def test_a_name_in_which_nothing_is_visible_is_refused(host: Host, name: str) -> None:
    me = Client(host)
    refused = me.upload(name=name)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_name")
    path = f"/api/rename/{me.keep(name='before')['record_id']}"
    refused = me.call("PUT", path, json={"record_name": name})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_name")
    assert [record["image_name"] for record in me.list()["records"]] == ["before"]


@pytest.mark.parametrize("name", OLD_NAMES.values(), ids=OLD_NAMES)
def test_a_name_that_the_original_application_kept_is_text_too(
    host: Host, documents: Documents, name: str
) -> None:
    me = Client(host)
    record = me.keep()
    documents.update_one({"_id": ObjectId(record["record_id"])}, {"$set": {"image_name": name}})
    assert_only_text(host, me, record["record_id"])


@pytest.mark.parametrize(
    "name", [f"a {MARKUP}", "a\r\nLocation: https://evil.example", "x" * 200, "\N{PILE OF POO}"]
)
def test_a_plain_form_redirects_only_to_the_site(host: Host, name: str) -> None:
    me = Client(host)
    browser = {"Accept": "text/html", "Referer": "https://evil.example", "Host": "evil.example"}
    answer = me.upload(name=name, headers=browser)
    assert answer.status_code == 302
    assert answer.headers["Location"].partition("#")[0] in ("/?flash=image_generated", "/?flash=invalid_name")
    assert answer.content == b""


@pytest.mark.parametrize(
    "query", ["flash=<script>alert(1)</script>", "flash=%0d%0aX-Evil:1", "next=//evil.example"]
)
def test_a_query_never_gets_into_an_answer(host: Host, query: str) -> None:
    for path in ("/api/upload", "/api/list", "/", "/nowhere"):
        for accept in ("text/html", "application/json", "*/*;q=nan", "text/html;q=1e999", "x" * 4000):
            answer = ask(host, "GET", f"{path}?{query}", {"Accept": accept})
            assert_kept(answer)
            assert "evil" not in str(answer.headers).lower()
