"""Uploads of requests: transitional."""

from typing import Any

from litestar import Request

from bilim.files.images import draw
from bilim.files.kinds import MAX_FILE_BYTES, StagedFile, file_problem
from bilim.kit.errors import Invalid

UPLOAD_LIMIT = MAX_FILE_BYTES + 1024 * 1024
"""The largest body of a route that takes a file: the file and its fields."""


def store_image(upload: StagedFile, request: Request[Any, Any, Any], field: str) -> str:
    """Store an image for everyone to see, and return its path from the server's root."""
    if upload.size == 0:
        raise Invalid({field: [file_problem(upload)]})
    return f"/uploads/{draw(request.app.state.services.store, upload, field).name}"


def store_file(upload: StagedFile, request: Request[Any, Any, Any], folder: str, field: str) -> str:  # noqa: ARG001
    """Store a file as it is, and return its name under the root."""
    if problem := file_problem(upload):
        raise Invalid({field: [problem]})
    return upload.name
