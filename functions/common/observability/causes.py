"""Describe an error for the log: its classes, and only texts without secrets."""

from collections.abc import Iterator

_LONGEST = 300  # characters of a text


def describe(error: BaseException) -> str:
    """Return the classes of an error and its causes, with their notes.

    For example "Unavailable < OperationFailure (AuthenticationFailed)". Adapters add a note with the part of
    a driver's text that contains no secret: `error.add_note("AuthenticationFailed")`. Messages are left out,
    because they may quote names, addresses or documents.
    """
    return " < ".join(map(_described, _chain(error)))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _described(error: BaseException) -> str:
    notes = ", ".join(" ".join(note.split())[:_LONGEST] for note in getattr(error, "__notes__", ()))
    return type(error).__name__ + (f" ({notes})" if notes else "")
