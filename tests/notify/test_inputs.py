"""What may be written to students, whoever writes it; and who may call what."""

import pytest

from bilim.accounts.models import User
from bilim.kit.access import rule_of
from bilim.kit.actors import Role
from bilim.kit.errors import Invalid, Problem
from bilim.kit.validation import read
from bilim.notify import actions, inputs, queries
from bilim.notify.inputs import MessageInput, UpdateInput
from guarded import public_functions, require_guarded, require_named_fields
from world import World


def test_a_form_is_told_of_every_wrong_field_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        read(MessageInput, {"text": "😀" * 2049, "recipient_ids": []})
    assert refused.value.fields == {"text": [Problem("too_many_characters", {"bound": 4096})], "recipient_ids": [Problem("empty_list")]}
    with pytest.raises(Invalid) as refused:
        read(MessageInput, {"text": "Salom", "recipient_ids": [1] * 50_001})
    assert refused.value.fields == {"recipient_ids": [Problem("too_many_items", {"bound": 50_000})]}


def test_code_cannot_say_what_a_form_could_not() -> None:
    assert read(MessageInput, {"text": "Salom", "recipient_ids": ["3"]}) == MessageInput(text="Salom", recipient_ids=[3])
    with pytest.raises(Invalid):
        MessageInput(text="Salom", recipient_ids=[])
    with pytest.raises(TypeError, match="recipients"):
        MessageInput(text="Salom", recipients=[1])  # type: ignore[call-arg]


def test_every_function_says_who_may_call_it_and_holds_to_it() -> None:
    require_guarded(actions, queries)
    rules = {function.__name__: rule_of(function) for function in public_functions(actions, queries)}
    of_staff = {name for name, rule in rules.items() if rule and rule.role is Role.TEACHER}
    assert of_staff == {"send_message", "delete_message", "messages", "message"}
    assert {name for name, rule in rules.items() if rule and rule.is_internal} == {
        "settle",
        "note_wait",
        "take_update",
        "chats",
        "delivery",
    }


def test_a_token_does_not_stand_for_telegrams_secret(sqlite_world: World) -> None:
    update = {"update_id": 1, "message": {"chat": {"id": 1, "type": "private"}, "text": "/start"}}
    assert read(UpdateInput, update).update_id == 1
    assert sqlite_world.superadmin().post("/api/v1/telegram/webhook", update).status_code == 503
    with sqlite_world.db.read() as tx:
        assert tx.scalars(User.__table__.select().where(User.telegram_id.is_not(None))) == []


def test_the_documentation_shows_the_bounds_of_messages(sqlite_world: World) -> None:
    schema = sqlite_world.get("/api/v1/openapi.json").json()["components"]["schemas"]["MessageInput"]
    assert schema["properties"]["text"] == {"type": "string", "minLength": 1, "maxLength": 4096, "pattern": r"\S"}
    recipients = schema["properties"]["recipient_ids"]
    assert (recipients["minItems"], recipients["maxItems"]) == (1, 50_000)


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
