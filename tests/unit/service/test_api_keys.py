"""API keys: create, list, revoke and count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import mongomock
import pytest

from common.domain.quotas import UNLIMITED
from common.domain.removal_errors import KeyExhausted, KeyRefused, KeyTooFast
from common.service.api_keys import ApiKeys
from common.storage.mongo.key_store import MongoApiKeyStore

START = datetime(2026, 11, 30, 23, 58, 50, tzinfo=UTC)


class World:
    """Keys in a new database, and a clock."""

    def __init__(self) -> None:
        self.now = START
        self.documents: Any = mongomock.MongoClient()["keys"]["api_keys"]
        self.keys = ApiKeys(MongoApiKeyStore(self.documents), clock=lambda: self.now)

    def add(self, name: str = "shop", *, per_minute: int | None = None, per_month: int | None = None) -> str:
        key = self.keys.add(name, per_minute=per_minute, per_month=per_month)
        assert key
        return key


@pytest.fixture
def world() -> World:
    return World()


def test_a_key_is_random_and_only_its_hash_is_kept(world: World) -> None:
    one, other = world.add("one"), world.add("other")

    assert len(one) == len(other) == 43  # 256 bits in base64
    assert one != other
    assert one not in str(list(world.documents.find()))


def test_a_name_belongs_to_one_valid_key(world: World) -> None:
    world.add("shop")

    assert world.keys.add("shop") is None
    assert world.keys.revoke("shop")
    assert world.keys.add("shop")


def test_keys_are_listed_with_their_limits_and_use(world: World) -> None:
    key = world.add("shop", per_minute=10, per_month=100)
    world.keys.count(key)
    world.now += timedelta(seconds=1)
    world.add("other")
    world.keys.revoke("other")

    shop, other = world.keys.all()

    assert (shop.name, shop.per_minute, shop.per_month, shop.used_this_month) == ("shop", 10, 100, 1)
    assert (shop.created_at, shop.revoked_at) == (START, None)
    assert (other.name, other.per_minute, other.revoked_at) == ("other", None, world.now)


@pytest.mark.parametrize("key", ["", "unknown", "\ud800", "x" * 10_000])
def test_other_keys_are_refused(world: World, key: str) -> None:
    world.add()

    with pytest.raises(KeyRefused):
        world.keys.count(key)


def test_a_revoked_key_is_refused_at_once(world: World) -> None:
    key = world.add()
    world.keys.count(key)

    assert world.keys.revoke("shop")
    assert not world.keys.revoke("shop")
    with pytest.raises(KeyRefused):
        world.keys.count(key)
    with pytest.raises(KeyRefused):
        world.keys.usage(key)


def test_a_key_without_limits_is_only_counted(world: World) -> None:
    key = world.add()

    usages = [world.keys.count(key) for _ in range(5)]

    assert [usage.used_this_month for usage in usages] == [1, 2, 3, 4, 5]
    assert usages[-1].left_this_minute == usages[-1].left_this_month == UNLIMITED


def test_a_minute_that_is_used_up_ends_with_the_minute(world: World) -> None:
    key = world.add(per_minute=2)

    assert [world.keys.count(key).left_this_minute for _ in range(2)] == [1, 0]
    with pytest.raises(KeyTooFast) as raised:
        world.keys.count(key)
    assert raised.value.retry_after == 10
    world.now += timedelta(seconds=10)
    assert world.keys.count(key).left_this_minute == 1


def test_a_month_that_is_used_up_ends_with_the_month(world: World) -> None:
    key = world.add(per_minute=1, per_month=1)
    world.keys.count(key)

    with pytest.raises(KeyExhausted):
        world.keys.count(key)
    world.now += timedelta(minutes=2)  # December
    assert world.keys.count(key).left_this_month == 0


def test_a_refused_call_is_not_counted(world: World) -> None:
    key = world.add(per_minute=1)
    world.keys.count(key)
    for _ in range(3):
        with pytest.raises(KeyTooFast):
            world.keys.count(key)

    assert world.keys.usage(key).used_this_month == 1


def test_a_call_is_given_back(world: World) -> None:
    key = world.add(per_minute=1, per_month=1)

    world.keys.refund(key, world.keys.count(key))

    assert world.keys.count(key).left_this_month == 0


def test_a_call_of_an_earlier_window_is_not_given_back_to_this_one(world: World) -> None:
    key = world.add(per_minute=1, per_month=5)
    early = world.keys.count(key)
    world.now += timedelta(minutes=1)  # the same month
    world.keys.count(key)

    world.keys.refund(key, early)

    usage = world.keys.usage(key)
    assert (usage.used_this_minute, usage.used_this_month) == (1, 1)


def test_a_clock_that_is_behind_counts_in_the_window_that_is_open(world: World) -> None:
    key = world.add(per_minute=2)
    world.keys.count(key)
    world.now -= timedelta(minutes=1)

    world.keys.count(key)

    with pytest.raises(KeyTooFast):
        world.keys.count(key)
