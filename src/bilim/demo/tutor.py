"""A conversation with the built-in tutor."""

import tomllib
from datetime import tzinfo
from importlib.resources import files

from msgspec import to_builtins

from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.providers.built_in_tutor import answer
from bilim.providers.lexicon import EnglishLexicon
from bilim.tutor.actions import sessions
from bilim.tutor.actions.sessions import Said
from bilim.tutor.flows.judging import kept, remarks_of, wanted
from bilim.tutor.inputs import SessionInput
from bilim.tutor.queries import material
from bilim.tutor.queries.material import Question
from bilim.writing.flows import feedback_on


def load_conversation(tx: Tx, student: Actor, zone: tzinfo) -> None:
    """Have the student talk with the tutor, which knows what the courses know."""
    content = tomllib.loads(files("bilim.demo").joinpath("tutor.toml").read_text("utf8"))
    session_id = sessions.create_session(tx, student, SessionInput(title=content["title"]))
    language, lexicon = content["language"], EnglishLexicon()
    for question in content["questions"]:
        feedback = kept(feedback_on(question, None, wanted(language), lexicon, zone))
        found = material.material_for(tx, student, Question(question, language, remarks=remarks_of(feedback)))
        said = Said(text=question, analysis=to_builtins(feedback), answer=answer(found, language), audio_url=None)
        claim = sessions.claim_session(tx, student, session_id)
        if claim is not None:
            sessions.write_answer(tx, claim, said)
