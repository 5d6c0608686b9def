"""The Cloud Functions host: serves the one endpoint that FUNCTION_TARGET names."""

import gc
import os
import pkgutil

import functions_framework
from flask import current_app

from common.bootstrap import check_settings, exit_with
from common.web import problems
from endpoints import CLOUD_FUNCTIONS

_target = os.environ["FUNCTION_TARGET"]  # the framework sets it from --target
_by_target = {endpoint.target: endpoint for endpoint in CLOUD_FUNCTIONS.values()}
if _target not in _by_target:
    exit_with(f"FUNCTION_TARGET is {_target!r}; it should be one of {', '.join(_by_target)}")
check_settings(_by_target[_target].requires)
globals()[_target] = pkgutil.resolve_name(_by_target[_target].function)

# Otherwise Flask redirects a path with two slashes to the address in the Host header.
current_app.url_map.merge_slashes = False
# Give the framework's own errors (for /robots.txt, for example) the format of ours.
functions_framework.errorhandler(Exception)(problems.respond)
# Exclude everything loaded so far from garbage collection: a collection in the forked worker would write to
# these pages, and so copy them.
gc.freeze()
