"""POST to its own function, or `python cleanup.py [--until-done]`: delete expired data."""

import json
import sys
from dataclasses import asdict

from flask import Response

from common import bootstrap
from common.domain.errors import ApplicationError
from common.observability.causes import describe
from common.settings import Settings, SettingsError
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response
from endpoints import ENDPOINTS


@endpoint(ENDPOINTS["cleanup"], identified=False)
def cleanup(call: Call) -> Response:
    """Return a report; `more` is true if another call is needed to delete the rest."""
    return json_response(asdict(call.parts.retention().clean_up()))


def main() -> int:
    """Clean up once or until done, print each report as JSON, and return the exit status."""
    try:
        parts = bootstrap.build(Settings.from_env(requires=ENDPOINTS["cleanup"].requires))
        more = True
        while more:
            report = parts.retention().clean_up()
            print(json.dumps(asdict(report)), flush=True)
            more = report.more and "--until-done" in sys.argv[1:]
    except SettingsError as error:
        print(f"cleanup: {error}", file=sys.stderr)
        return 1
    except ApplicationError as error:
        print(f"cleanup: {error} ({describe(error)})", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
