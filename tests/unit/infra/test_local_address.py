"""The address of `make run`, and the addresses that it prints."""

import socket

import pytest

from common.settings import SettingsError
from infra.errors import CommandError
from infra.local import address as module
from infra.local.address import ListenAddress
from tests.ports import free_port


def test_by_default_only_this_machine_is_served() -> None:
    address = ListenAddress.from_env({})

    assert (address.host, address.url, address.network_url) == ("127.0.0.1", "http://127.0.0.1:8080", None)


def test_everywhere_has_an_address_for_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_network_address", lambda: "192.168.1.20")

    address = ListenAddress.from_env({"HOST": "0.0.0.0", "PORT": "8000"})

    assert (address.url, address.network_url) == ("http://127.0.0.1:8000", "http://192.168.1.20:8000")


def test_without_a_network_there_is_no_second_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_network_address", lambda: None)

    assert ListenAddress.from_env({"HOST": "0.0.0.0"}).network_url is None


def test_another_address_of_this_machine_is_printed_unchanged() -> None:
    assert ListenAddress.from_env({"HOST": "127.0.0.2"}).url == "http://127.0.0.2:8080"


@pytest.mark.parametrize("host", ["localhost", "::1", "1.2.3", "0.0.0.0/0"])
def test_a_malformed_host_is_named(host: str) -> None:
    with pytest.raises(SettingsError, match=r"HOST is malformed; it should be 127\.0\.0\.1"):
        ListenAddress.from_env({"HOST": host})


def test_a_port_in_use_is_reported() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        address = ListenAddress("127.0.0.1", taken.getsockname()[1])

        with pytest.raises(CommandError, match=r"cannot be used .* set HOST or PORT to another"):
            address.check()
