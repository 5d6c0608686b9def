"""The Cloud Functions host: serves the one endpoint that FUNCTION_TARGET names."""

import gc
import os
import pkgutil

import functions_framework
from flask import current_app

from common.bootstrap import check_settings, exit_with
from common.web import problems
from endpoints import CLOUD_FUNCTIONS

_target = os.environ["FUNCTION_TARGET"]  # the framework sets it if only --target is given
_by_target = {endpoint.target: endpoint for endpoint in CLOUD_FUNCTIONS.values()}
if _target not in _by_target:
    exit_with(f"FUNCTION_TARGET is {_target!r}; it should be one of {', '.join(_by_target)}")
check_settings(_by_target[_target].requires)
globals()[_target] = pkgutil.resolve_name(_by_target[_target].function)

# Without this Flask redirects a path with two slashes to what the Host header names.
current_app.url_map.merge_slashes = False
# The framework's own responses (to /robots.txt, for example) get the shape of ours.
functions_framework.errorhandler(Exception)(problems.respond)
# Everything loaded so far stays: exclude it from garbage collection, which would copy it page by page into
# the worker that is forked from this process.
gc.freeze()
