"""The image can be built for amd64 and arm64."""

import pytest

from tests.infra.wheels import PLATFORMS, pinned, wheel_faults

pytestmark = pytest.mark.extended  # they query the package index


def test_every_pinned_package_has_wheels_for_both_processors() -> None:
    assert wheel_faults(pinned()) == []


def test_a_package_without_wheels_is_named() -> None:
    assert wheel_faults("uwsgi==2.0.28\n") == [
        f"{platform}: uwsgi==2.0.28 has no usable wheels" for platform in PLATFORMS
    ]
