"""Sessions and their tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from common.service.sessions import LIFETIME, RENEW_AFTER, SessionSigner

OLD, NEW = "the old secret key", "the new secret key"


def signed(user_id: object, age: timedelta = timedelta(), key: str = NEW) -> str:
    """Return a token of this age."""

    class Past(TimestampSigner):
        def get_timestamp(self) -> int:
            return int((datetime.now(UTC) - age).timestamp())

    return str(URLSafeTimedSerializer(key, salt="user_id", signer=Past).dumps(user_id))


def test_a_caller_without_a_token_becomes_a_new_user_each_time() -> None:
    sessions = SessionSigner([NEW])

    one, other = sessions.read(None), sessions.read("")

    assert one.user_id != other.user_id
    assert len(bytes.fromhex(one.user_id)) == 16
    assert sessions.read(one.token).user_id == one.user_id


def test_a_young_token_names_its_user_and_is_not_renewed() -> None:
    sessions = SessionSigner([NEW])

    session = sessions.read(sessions.issue("me"))

    assert (session.user_id, session.token) == ("me", None)


@pytest.mark.parametrize(
    ("age", "renewed"),
    [
        (RENEW_AFTER - timedelta(minutes=1), False),
        (RENEW_AFTER + timedelta(minutes=1), True),
        (LIFETIME - timedelta(minutes=1), True),
    ],
)
def test_a_token_is_renewed_after_a_month(age: timedelta, renewed: bool) -> None:
    session = SessionSigner([NEW]).read(signed("me", age))

    assert session.user_id == "me"
    assert (session.token is not None) is renewed


def test_a_renewed_token_is_young_again() -> None:
    sessions = SessionSigner([NEW])

    renewed = sessions.read(signed("me", timedelta(days=200))).token

    assert sessions.read(renewed).user_id == "me"
    assert sessions.read(renewed).token is None


def test_an_expired_token_starts_a_new_user() -> None:
    session = SessionSigner([NEW]).read(signed("me", LIFETIME + timedelta(minutes=1)))

    assert session.user_id != "me"
    assert session.token


def test_a_token_under_an_older_key_is_accepted_and_replaced_by_one_under_the_newest() -> None:
    session = SessionSigner([NEW, OLD]).read(SessionSigner([OLD]).issue("me"))

    assert session.user_id == "me"
    assert SessionSigner([NEW]).read(session.token).user_id == "me"


def test_new_tokens_are_signed_with_the_newest_key() -> None:
    assert SessionSigner([NEW]).read(SessionSigner([NEW, OLD]).issue("me")).user_id == "me"


def test_a_token_under_a_key_that_was_withdrawn_starts_a_new_user() -> None:
    assert SessionSigner([NEW]).read(SessionSigner([OLD]).issue("me")).user_id != "me"


FORGED = {
    "not a token": "me",
    "nothing between the dots": "..",
    "made up": "Im1lIg.aaaaaa.bbbbbb",
    "another's signature": "Im1lIg" + SessionSigner([NEW]).issue("you")[6:],
    "cut off": SessionSigner([NEW]).issue("me")[:-1],
    "with more behind it": SessionSigner([NEW]).issue("me") + "x",
    "signed for another use": str(URLSafeTimedSerializer(NEW, salt="another").dumps("me")),
    "not ASCII": "ключ",
    "very long": "x" * 100_000,
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_token_starts_a_new_user_and_is_never_an_error(forged: str) -> None:
    session = SessionSigner([NEW]).read(forged)

    assert session.user_id not in ("me", "you")
    assert session.token


@pytest.mark.parametrize("payload", ["", 7, None, {"$ne": None}, ["me"]])
def test_a_signed_token_that_names_no_user_starts_a_new_one(payload: object) -> None:
    session = SessionSigner([NEW]).read(signed(payload))

    assert len(session.user_id) == 32
    assert session.token
