"""The Cloud Functions host: its entry points are the names imported here."""

import gc

import functions_framework
from flask import current_app

from cleanup import cleanup
from common.bootstrap import check_settings
from common.web import problems
from delete import delete
from health import health
from image import image
from list_images import list_images
from rename import rename
from upload import upload

__all__ = ["cleanup", "delete", "health", "image", "list_images", "rename", "upload"]

check_settings()
# Two slashes are not one: no redirect to wherever the Host header says, whose body nobody would bound.
current_app.url_map.merge_slashes = False
# The framework's own answers (to /robots.txt, say) take the shape of ours.
functions_framework.errorhandler(Exception)(problems.answer)
# What is loaded by now stays: the worker, which is forked from here, need not look through it for garbage,
# and would copy it page by page if it did.
gc.freeze()
