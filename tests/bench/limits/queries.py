"""Functions that make one database call, the same one as ours for the same answer."""

import json
import os
from datetime import UTC, datetime

import pymongo
from bson import ObjectId
from flask import Request, Response

_SHOWN = ("image_name", "created_on", "content_type", "width", "height", "size")
_READY = {"status": {"$nin": ["processing", "deleted"]}}
_images = pymongo.MongoClient[dict[str, object]](os.environ["MONGO_URI"])[os.environ["MONGO_DB"]]["images"]


def find(request: Request) -> Response:
    """Return a user's records, newest first, in the format of GET /api/list."""
    user_id = request.args["user_id"]
    theirs = {"user_id": user_id, "status": {"$ne": "deleted"}}
    found = _images.find(theirs, [*_SHOWN, "status"], sort=[("created_on", -1), ("_id", -1)])
    records = [_record(document) for document in found]
    return _json({"user_id": user_id, "used": len(records), "limit": 5, **_LIMITS, "records": records})


_LIMITS = {"retention_days": 30, "max_upload_mb": 20, "max_megapixels": 50}


def _record(document: dict[str, object]) -> dict[str, object]:
    record_id = str(document["_id"])
    images = {
        f"{name}_url": f"/api/image/{record_id}/{name}" for name in ("original", "processed", "preview")
    }
    shown = {name: document[name] for name in _SHOWN if name != "content_type"}
    return {"record_id": record_id, **shown, **images}


def rename(request: Request) -> Response:
    """Rename a record."""
    name = request.get_json()["record_name"]
    _images.update_one({**_mine(request), **_READY}, {"$set": {"image_name": name}})
    return _json({"message": "success"})


def delete(request: Request) -> Response:
    """Delete a record."""
    left = {"user_id": request.args["user_id"], "status": "deleted", "deleted_at": datetime.now(UTC)}
    _images.replace_one({**_mine(request), "status": {"$ne": "processing"}}, left)
    return _json({"message": "success"})


def health(request: Request) -> Response:
    """Read nothing from the database."""
    _images.find_one({"_id": None}, ["_id"])
    return _json({"status": "Healthy"})


def _mine(request: Request) -> dict[str, object]:
    return {"_id": ObjectId(request.path.rsplit("/", 1)[1]), "user_id": request.args["user_id"]}


def _json(body: dict[str, object]) -> Response:
    return Response(json.dumps(body, separators=(",", ":")), mimetype="application/json")
