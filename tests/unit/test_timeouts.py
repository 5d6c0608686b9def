"""The timeouts and their sums."""

import re

import pytest

from common import timeouts
from common.removers.objectcut import VIEW
from common.settings import Settings
from infra.local import ROOT

FUNCTIONS_TF = ROOT / "infra" / "terraform" / "environments" / "functions" / "functions.tf"


def test_an_upload_ends_before_the_lease_of_its_key_and_that_before_the_lease_of_its_slot() -> None:
    assert sum(timeouts.UPLOAD_STEPS.values()) == timeouts.UPLOAD_SECONDS
    assert timeouts.KEY_LEASE_TTL.total_seconds() > timeouts.UPLOAD_SECONDS
    assert timeouts.KEY_LEASE_TTL < timeouts.LEASE_TTL < timeouts.ORPHAN_AGE


def test_a_jobs_limits_grow_with_the_claimed_pixels() -> None:
    assert timeouts.job_limits(0) == (2, 256 << 20)
    assert timeouts.job_limits(10) == (3.5, (256 + 220) << 20)
    assert timeouts.job_limits(50) == (9.5, (256 + 1100) << 20)
    assert timeouts.job_seconds(50) == 2 * 9.5 + timeouts.JOB_GRACE_SECONDS


def test_an_upload_has_time_for_its_jobs() -> None:
    largest, answer = Settings().max_megapixels, VIEW.side**2 / 1_000_000

    assert timeouts.UPLOAD_STEPS["work on the picture"] == (
        2 * timeouts.job_seconds(largest) + timeouts.job_seconds(answer)
    )


@pytest.mark.parametrize("function", ["upload", "removebg", "matte"])
def test_the_platform_does_not_end_a_call_that_could_still_succeed(function: str) -> None:
    body = re.search(rf"\n    {function} = \{{(.*?)\n    \}}", FUNCTIONS_TF.read_text("utf-8"), re.DOTALL)
    assert body
    given = re.search(r"timeout_seconds\s*=\s*(\d+)", body[1])
    assert given

    assert int(given[1]) > timeouts.UPLOAD_SECONDS


def test_a_cleanup_ends_before_its_function_does() -> None:
    body = re.search(r"\n    cleanup = \{(.*?)\n    \}", FUNCTIONS_TF.read_text("utf-8"), re.DOTALL)
    assert body
    given = re.search(r"timeout_seconds\s*=\s*(\d+)", body[1])
    assert given

    # The last batch may still wait for the bucket.
    last = timeouts.STORAGE_RETRY_SECONDS + timeouts.STORAGE_CONNECT_SECONDS + timeouts.STORAGE_READ_SECONDS
    assert timeouts.CLEANUP_SECONDS + last < int(given[1])


def test_one_attempt_fits_into_the_time_of_all() -> None:
    assert timeouts.PROVIDER_CONNECT_SECONDS + timeouts.PROVIDER_READ_SECONDS < timeouts.PROVIDER_SECONDS
    assert timeouts.FETCH_CONNECT_SECONDS < timeouts.FETCH_SECONDS
