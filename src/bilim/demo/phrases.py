"""Phrases of the demo's teacher to read aloud, by the sounds that speakers of Uzbek and Russian mix up."""

import tomllib
from importlib.resources import files

from bilim.db.engine import Tx
from bilim.kit.actors import Actor
from bilim.kit.validation import read
from bilim.speech.actions.phrases import create_phrase
from bilim.speech.inputs import PhraseInput


def load_phrases(tx: Tx, teacher: Actor) -> None:
    """Make the phrases, for everyone."""
    content = tomllib.loads(files("bilim.demo").joinpath("phrases.toml").read_text("utf8"))
    for group in content["phrases"]:
        for text in group["texts"]:
            create_phrase(tx, teacher, read(PhraseInput, {"text": text, "level": group["level"], "contrasts": group["contrasts"]}))
