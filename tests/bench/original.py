"""The original's design for comparison: Flask and pymongo, pictures as base64 in record and page."""

import os

import pymongo
from flask import Flask, render_template_string, request

_PAGE = """<!doctype html>
<title>Image Background Remover</title>
<h1>Image Background Remover</h1>
<form method="post" enctype="multipart/form-data"><input name="name"><input name="image" type="file"></form>
<table>
{% for record in records %}
<tr id="{{ record._id }}">
  <td>{{ record.image_name }}</td>
  <td>{{ record.created_on }}</td>
  <td><img src="data:image/jpeg;base64,{{ record.original_image_base64 }}"></td>
  <td><img src="data:image/png;base64,{{ record.processed_image_base64 }}"></td>
</tr>
{% endfor %}
</table>
"""


def create_app() -> Flask:
    """Return the application; the bench measures only its page."""
    app = Flask(__name__)
    images = pymongo.MongoClient[dict[str, object]](os.environ["MONGO_URI"])[os.environ["MONGO_DB"]]["images"]

    @app.get("/")
    def index() -> str:
        records = list(images.find({"user_id": request.cookies.get("user_id")}))
        return render_template_string(_PAGE, records=records)

    return app
