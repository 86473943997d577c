"""Uploads of requests: transitional."""

from typing import Any

from litestar import Request

from bilim.files.images import draw
from bilim.files.kinds import StagedFile, file_problem
from bilim.http.multipart import UPLOAD_LIMIT
from bilim.kit.errors import Invalid

__all__ = ["UPLOAD_LIMIT"]


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
