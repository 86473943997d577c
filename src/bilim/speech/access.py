"""Who sees and changes phrases, sessions and attempts (CONTRACT sections 7 and 8)."""

from sqlalchemy import bindparam, or_

from bilim.kit.actors import Actor
from bilim.speech.models import Attempt, Phrase, PracticeSession

VIEWER = bindparam("viewer_id", type_=Phrase.created_by.type)
IS_KNOWN = or_(Phrase.is_public, Phrase.created_by == VIEWER)
"""Phrases of staff, and one's own."""
IS_OWN_SESSION = PracticeSession.user_id == VIEWER
IS_OWN_ATTEMPT = Attempt.user_id == VIEWER


def may_change(actor: Actor, *, is_public: bool, created_by: int) -> bool:
    """Whether somebody who may know of a phrase may change it: its author, and staff where it is public."""
    return created_by == actor.id or (is_public and actor.is_teacher)
