"""The endpoints as plain data: the one list that both hosts, the bundle and the tests read."""

from typing import NamedTuple


class Endpoint(NamedTuple):
    """One endpoint, for example `ENDPOINTS["rename"]`."""

    function: str  # "module:callable"; a Cloud Function's FUNCTION_TARGET is the callable's name
    methods: tuple[str, ...]
    paths: tuple[str, ...]  # the one under /api, then those of the original application
    requires: tuple[str, ...]  # settings; REMOVER stands for all that the chosen remover needs
    is_public: bool = True  # False: not for calls from other machines

    @property
    def target(self) -> str:
        """The FUNCTION_TARGET of this endpoint's Cloud Function."""
        return self.function.partition(":")[2]


_USERS = ("MONGO_URI", "APP_SECRET_KEY")

ENDPOINTS = {
    "upload": Endpoint("upload:upload", ("POST",), ("/api/upload", "/"), (*_USERS, "REMOVER")),
    "list": Endpoint("list_images:list_images", ("GET",), ("/api/list",), _USERS),
    "rename": Endpoint("rename:rename", ("PUT",), ("/api/rename/{record_id}", "/update/{record_id}"), _USERS),
    "delete": Endpoint(
        "delete:delete", ("DELETE",), ("/api/delete/{record_id}", "/remove/{record_id}"), _USERS
    ),
    "image": Endpoint("image:image", ("GET",), ("/api/image/{record_id}/{variant}",), _USERS),
    "health": Endpoint("health:health", ("GET",), ("/api/health", "/health"), ("MONGO_URI",)),
    "cleanup": Endpoint("cleanup:cleanup", ("POST",), ("/api/cleanup",), ("MONGO_URI",), is_public=False),
}

# What a host of all endpoints requires.
APPLICATION_REQUIRES = tuple(dict.fromkeys(name for each in ENDPOINTS.values() for name in each.requires))
