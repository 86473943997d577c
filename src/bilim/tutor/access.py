"""Whose conversations somebody sees: their own alone, whatever their role."""

from typing import Any

from sqlalchemy import bindparam

from bilim.tutor.models import AiSession

VIEWER: Any = bindparam("viewer_id", type_=AiSession.user_id.type)
IS_OWN = AiSession.user_id == VIEWER
