"""A conversation with the built-in tutor."""

import tomllib
from importlib.resources import files

from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.providers.built_in_tutor import answer
from bilim.tutor.actions import sessions
from bilim.tutor.actions.sessions import Said
from bilim.tutor.inputs import SessionInput
from bilim.tutor.queries import material
from bilim.tutor.queries.material import Question
from bilim.tutor.rules.analysis import analysis_of


def load_conversation(tx: Tx, student: Actor) -> None:
    """Have the student talk with the tutor, which knows what the courses know."""
    content = tomllib.loads(files("bilim.demo").joinpath("tutor.toml").read_text("utf8"))
    session_id = sessions.create_session(tx, student, SessionInput(title=content["title"]))
    for question in content["questions"]:
        found = material.material_for(tx, student, Question(question, content["language"]))
        analysis = analysis_of(question, None, content["language"], list(found.remarks))
        said = Said(text=question, analysis=analysis, answer=answer(found, content["language"]), audio_url=None)
        claim = sessions.claim_session(tx, student, session_id)
        if claim is not None:
            sessions.write_answer(tx, claim, said)
