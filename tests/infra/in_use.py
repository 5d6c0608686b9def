"""Find resources that Terraform would delete while others still use them."""

from collections.abc import Iterator, Mapping
from typing import Any

Resources = Mapping[tuple[str, ...], Mapping[str, Any]]


def in_use_faults(resources: Resources, values: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each resource that a setting can remove before its users are updated.

    Terraform deletes a resource before it updates the resources that refer to it, unless it has
    create_before_destroy. Locals count as users, because resources read them.
    """
    users: dict[tuple[str, ...], Mapping[str, Any]] = dict(resources)
    users |= {("local", name): {"value": value} for name, value in values.items()}
    return [
        f"{'.'.join(name)} can be turned off while {'.'.join(user)} uses it: it needs create_before_destroy"
        for name, resource in resources.items()
        if _is_optional(resource) and not _is_deleted_last(resource)
        for user in _users(name, users)
    ]


def _is_optional(resource: Mapping[str, Any]) -> bool:
    return "?" in str(resource.get("count", "")) or " if var." in str(resource.get("for_each", ""))


def _is_deleted_last(resource: Mapping[str, Any]) -> bool:
    return any(lifecycle.get("create_before_destroy") for lifecycle in resource.get("lifecycle", []))


def _users(name: tuple[str, ...], resources: Resources) -> Iterator[tuple[str, ...]]:
    """Yield the resources that refer to this one and can remain when it is removed."""
    for other, body in resources.items():
        goes_too = body.get("count") == resources[name].get("count") is not None
        if other != name and not goes_too and f"{'.'.join(name)}[" in str(body):
            yield other
