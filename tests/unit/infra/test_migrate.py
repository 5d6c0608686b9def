"""The report of a migration, and its error messages."""

import pytest
from pymongo.errors import AutoReconnect, ConfigurationError, OperationFailure, PyMongoError

from common.domain.errors import Unavailable
from infra.errors import CommandError, Deleted, Skipped, Vanished
from infra.migrate.faults import explained
from infra.migrate.run import Report, go_through


def test_each_record_is_counted_once_with_its_reason() -> None:
    odd = Skipped("it is odd")
    outcomes = {"a": 7, "b": Vanished(), "c": Deleted(), "d": Vanished(), "e": odd, "f": 5}
    report, seen = Report(total=7), list[str]()  # a run that stopped before the last record

    def step(document: dict[str, object]) -> int:
        outcome = outcomes[str(document["_id"])]
        if isinstance(outcome, int):
            return outcome
        assert isinstance(outcome, Exception)
        raise outcome

    go_through(outcomes, lambda record_id: {"_id": record_id}, step, report, seen.append)

    vanished = "3 vanished (2 moved by another run, 1 deleted in the meantime)"
    assert report.summary("somewhere") == f"moved 2 of 7 records somewhere, 12 bytes; {vanished}; 2 remain"
    assert report.skipped == {"e": "it is odd"}
    assert seen == list("abcdef")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AutoReconnect("h:1"), "The database cannot be reached; check MONGO_URI and the network."),
        (ConfigurationError("x"), "MONGO_URI cannot be used; check how it is written"),
        (OperationFailure("a name", 13, {"codeName": "Unauthorized"}), "The database refuses; check"),
        (OperationFailure("a name", 17), "(code 17)"),
    ],
)
@pytest.mark.parametrize("is_adapted", [True, False])
def test_a_failure_of_the_database_is_reported_in_one_line(
    error: PyMongoError, told: str, is_adapted: bool
) -> None:
    adapted = Unavailable()
    adapted.__cause__ = error

    with pytest.raises(CommandError) as raised, explained("some-bucket"):
        raise adapted if is_adapted else error

    assert told in str(raised.value)
    assert "a name" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unexpected_failure_is_not_hidden() -> None:
    with pytest.raises(Unavailable), explained("some-bucket"):
        raise Unavailable
