"""POST / of its own function, or `python cleanup.py`: delete what is past its time."""

import json
import sys
from dataclasses import asdict

from flask import Response

from common import bootstrap
from common.domain.errors import ApplicationError
from common.settings import Settings, SettingsError
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response


@endpoint("cleanup", "POST", identified=False)
def cleanup(call: Call) -> Response:
    """Answer what was deleted; `more` says that there is more to delete than one call has time for."""
    return json_response(asdict(call.library.clean_up()))


def main() -> int:
    """Clean up once, print the report as JSON and return the exit status."""
    try:
        parts = bootstrap.build(Settings.from_env(function="cleanup"))
        print(json.dumps(asdict(parts.library.clean_up())))
    except (SettingsError, ApplicationError) as error:
        print(f"cleanup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
