"""Who wants to be reminded of words that are due, and finding those who are to be reminded today."""

from typing import Any

from sqlalchemy import bindparam, or_, select, update

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.practice.inputs import WordReminderInput, WordsDue
from bilim.practice.models import WordReminder
from bilim.practice.queries.reviews import WordReminderView, has_due_words

BATCH = 500
"""How many people one transaction finds."""


@signed_in
def set_reminder(tx: Tx, actor: Actor, wanted: WordReminderInput) -> WordReminderView:
    """Note whether the actor wants to be told when words are due."""
    noted = tx.inserting(WordReminder).values(user_id=actor.id, is_wanted=wanted.is_wanted)
    tx.execute(noted.on_conflict_do_update(index_elements=[WordReminder.user_id], set_={"is_wanted": wanted.is_wanted}))
    return WordReminderView(is_wanted=wanted.is_wanted)


def _not_yet_reminded() -> Any:
    return or_(WordReminder.reminded_on.is_(None), WordReminder.reminded_on < bindparam("today", type_=WordReminder.reminded_on.type))


def _to_remind() -> Any:
    """Those who want it, were not reminded today, can sign in and have words due."""
    can_sign_in = (User.is_active, User.deleted_at.is_(None))
    found = select(WordReminder.user_id).join(User, User.id == WordReminder.user_id).where(*can_sign_in)
    due = has_due_words(WordReminder.user_id)
    return found.where(WordReminder.is_wanted, _not_yet_reminded(), due).order_by(WordReminder.user_id).limit(BATCH)


_CLAIM = (
    update(WordReminder)
    .where(WordReminder.user_id.in_(_to_remind()), _not_yet_reminded())
    .values(reminded_on=bindparam("today"))
    .returning(WordReminder.user_id)
)


@internal
def remind_some(tx: Tx) -> int:
    """Enqueue a `WordsDue` for some of those who are to be reminded today; return how many. Called until nobody is left.

    The day is noted in the same statement that finds them, so that runs at the same time or again remind nobody twice.
    """
    found = tx.scalars(_CLAIM, {"today": tx.today, "now": tx.now})
    tx.enqueue(*(WordsDue(user_id=user_id, day=tx.today) for user_id in sorted(found)))
    return len(found)
