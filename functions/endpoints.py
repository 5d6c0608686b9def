"""The endpoints as plain data: the only list of them, read by both hosts, the bundle and the tests."""

from typing import NamedTuple


class Endpoint(NamedTuple):
    """One endpoint, for example `ENDPOINTS["rename"]`."""

    function: str  # "module:callable"; a Cloud Function's FUNCTION_TARGET is the callable's name
    methods: tuple[str, ...]
    paths: tuple[str, ...]  # the documented one first, then aliases
    requires: tuple[str, ...]  # settings; REMOVER stands for all settings of the chosen remover
    is_public: bool = True  # False: only for calls from this machine

    @property
    def target(self) -> str:
        """The FUNCTION_TARGET of this endpoint's Cloud Function."""
        return self.function.partition(":")[2]


_USERS = ("MONGO_URI", "APP_SECRET_KEY")

_PROGRAMS = ("MONGO_URI", "REMOVER")

ENDPOINTS = {
    "upload": Endpoint("upload:upload", ("POST",), ("/api/upload", "/"), (*_USERS, "REMOVER")),
    "list": Endpoint("list_images:list_images", ("GET",), ("/api/list",), _USERS),
    "rename": Endpoint("rename:rename", ("PUT",), ("/api/rename/{record_id}", "/update/{record_id}"), _USERS),
    "delete": Endpoint(
        "delete:delete", ("DELETE",), ("/api/delete/{record_id}", "/remove/{record_id}"), _USERS
    ),
    "image": Endpoint("image:image", ("GET",), ("/api/image/{record_id}/{variant}",), _USERS),
    "matte": Endpoint("matte:matte", ("PUT",), ("/api/matte/{record_id}",), _USERS),
    # One function with four endpoints, in the dialects of remove.bg, rembg's server and withoutBG's server.
    "removebg": Endpoint("removebg:removebg", ("POST",), ("/v1.0/removebg", "/api/v1.0/removebg"), _PROGRAMS),
    "account": Endpoint("removebg:removebg", ("GET",), ("/v1.0/account", "/api/v1.0/account"), _PROGRAMS),
    "rembg": Endpoint("removebg:removebg", ("GET", "POST"), ("/api/remove",), _PROGRAMS),
    "withoutbg": Endpoint(
        "removebg:removebg", ("POST",), ("/v1/remove-background", "/api/v1/remove-background"), _PROGRAMS
    ),
    "health": Endpoint("health:health", ("GET",), ("/api/health", "/health"), ("MONGO_URI",)),
    "cleanup": Endpoint("cleanup:cleanup", ("POST",), ("/api/cleanup",), ("MONGO_URI",), is_public=False),
}

# The Cloud Functions, each named after its first endpoint.
CLOUD_FUNCTIONS = {
    name: endpoint
    for name, endpoint in ENDPOINTS.items()
    if name == next(other for other, each in ENDPOINTS.items() if each.function == endpoint.function)
}

# The settings that a host of all endpoints requires.
APPLICATION_REQUIRES = tuple(dict.fromkeys(name for each in ENDPOINTS.values() for name in each.requires))
