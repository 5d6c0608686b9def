"""infra.costs computes the tables of infra/COSTS.md."""

import pytest

from infra.costs import figures
from infra.costs.__main__ import SIZES, costs, functions, loads, sent, stored, warm
from infra.local import ROOT
from tests.infra.terraform_files import TERRAFORM, blocks

PAGE = (ROOT / "infra/COSTS.md").read_text("utf-8")


@pytest.mark.parametrize("table", [costs(), loads()], ids=["costs", "loads"])
def test_the_page_has_the_computed_table(table: list[str]) -> None:
    assert "\n".join(table) in PAGE, "run `python -m infra.costs` and put its tables on the page"


def test_a_small_service_stays_within_the_free_requests_and_seconds() -> None:
    assert functions(SIZES[0]) == 0


def test_health_is_checked_as_often_as_it_is_paid_for() -> None:
    resources = dict(blocks(TERRAFORM / "modules" / "monitoring", "resource"))
    check = resources["google_monitoring_uptime_check_config", "health"]

    assert "selected_regions" not in check, "Google checks from six places if none is selected"
    assert 6 * figures.HOURS * 3600 / int(check["period"].removesuffix("s")) == figures.CHECKS


def test_a_slower_client_costs_more() -> None:
    slower = figures.UPLOAD._replace(seconds=figures.UPLOAD.seconds + 10)

    assert functions(SIZES[1], slower) > functions(SIZES[1])


def test_bytes_to_users_are_priced_step_by_step() -> None:
    tebibyte = int(1024 * figures.GIB / (figures.SENT_MB * figures.MB))

    assert sent(tebibyte) == pytest.approx(1024 * 0.12, rel=1e-3)
    assert sent(2 * tebibyte) == pytest.approx(1024 * (0.12 + 0.11), rel=1e-3)


def test_a_deleted_picture_is_paid_for_a_week_longer() -> None:
    assert stored(30) == pytest.approx(30 * figures.STORED_MB * figures.MB / figures.GIB * 37 / 30)


def test_a_warm_instance_is_paid_for_all_month() -> None:
    assert warm(figures.UPLOAD) == pytest.approx(39.42)
