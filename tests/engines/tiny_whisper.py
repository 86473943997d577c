"""A Whisper model of a few megabytes that hears one sentence in everything, in the files of real ones.

A real model is too large and too slow for tests. What runs is the library's own code: it loads the files, makes spectrograms, guesses the
language, decodes token by token, and aligns words. Only the weights are ours: layers add nothing to what they get, so that a token depends
on its place alone, and the last matrix names the sentence's token of each place. Places look at the moments at which they are said.
"""

from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs.model_spec import visit_spec
from ctranslate2.specs.whisper_spec import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from bilim.providers.hearing import LANGUAGES

_TEXT_TOKENS = 50_257
_VOCABULARY = 51_865
"""The multilingual models' numbers: by the size of the vocabulary the library knows what stands where."""
_LANGUAGES = 99
_MOMENTS = 1_501
"""Tokens of 0.00 to 30.00 seconds."""
_WIDTH, _MELS, _PLACES = 64, 80, 448
_FRAMES, _A_SECOND = 1_500, 50
_MERGES = [("Ġ", "-"), ("Ġ", "'"), ("Ġ", "â")]
"""A space before a sign of no speech is one token with it: the library never lets the first token of such be said."""
_LOUD = 50.0
"""How far the token of a place stands out."""


def write_model(folder: Path, sentence: str, language: str) -> Path:
    """Write a model that hears a sentence of a language in the first second of everything."""
    tokenizer = _tokenizer()
    spec: Any = WhisperSpec(1, 1, 1, 1)
    visit_spec(spec, _silence)
    said = _said(tokenizer, sentence, language)
    for place, token in enumerate(said):
        spec.decoder.projection.weight[token, place] = _LOUD
    places = np.eye(_PLACES, _WIDTH, dtype=np.float32)
    moments = [min(len(said), len(said) * frame // _A_SECOND) for frame in range(_FRAMES)]
    spec.decoder.position_encodings.encodings, spec.encoder.position_encodings.encodings = places, places[moments]
    queries, keys = spec.decoder.layer[0].attention.linear[:2]
    queries.weight[:] = keys.weight[:_WIDTH] = np.eye(_WIDTH)
    spec.register_vocabulary([tokenizer.id_to_token(number) for number in range(_VOCABULARY)])
    config: Any = spec.config
    config.suppress_ids, config.suppress_ids_begin, config.alignment_heads = [], [], [(0, 0)]
    config.lang_ids = [tokenizer.token_to_id(f"<|{code}|>") for code in _codes()]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _said(tokenizer: Tokenizer, sentence: str, language: str) -> list[int]:
    """The token that follows each place: a decoder is given the beginning, the language and the task."""
    spelled = tokenizer.encode(f" {sentence}", add_special_tokens=False).ids
    signs: Any = {name: tokenizer.token_to_id(f"<|{name}|>") for name in (language, "transcribe", "0.00", "1.00", "endoftext")}
    said = [signs[language], signs["transcribe"], signs["0.00"], *spelled, signs["1.00"], *[signs["endoftext"]] * 2]
    assert len(said) < _WIDTH
    return said


def _silence(spec: Any, name: str, value: Any) -> None:
    """Give a weight that is not set yet its shape, and values that add nothing."""
    if value is not None:
        return
    parent, leaf = name.split("/")[-2:]
    shape = _shape(name, parent)
    if leaf != "weight":
        shape = shape[:1]
    setattr(spec, leaf, np.full(shape, 1.0 if leaf == "gamma" else 0.0, np.float32))


def _shape(name: str, parent: str) -> tuple[int, ...]:
    if parent in ("embeddings", "projection"):
        return (_VOCABULARY, _WIDTH)
    if parent in ("conv1", "conv2"):
        return (_WIDTH, _MELS if parent == "conv1" else _WIDTH, 3)
    parts = 1
    if "self_attention" in name and parent == "linear_0":
        parts = 3  # queries, keys and values
    elif parent == "linear_1" and "/attention" in name:
        parts = 2  # keys and values
    return (parts * _WIDTH, _WIDTH)


def _codes() -> list[str]:
    return list(LANGUAGES)[:_LANGUAGES]


def _tokenizer() -> Tokenizer:
    """Bytes, fillers for the words of real models, and Whisper's signs in its order."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    known = [*letters, *(first + second for first, second in _MERGES)]
    words = [
        *known,
        *(f"filler{number}" for number in range(_TEXT_TOKENS - len(known) - 1)),
        "",
    ]  # by the empty one it knows many languages
    tokenizer: Any = Tokenizer(models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=_MERGES))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    signs = ["endoftext", "startoftranscript", *_codes(), "translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    moments = [f"{number / 50:.2f}" for number in range(_MOMENTS)]
    tokenizer.add_special_tokens([AddedToken(f"<|{sign}|>") for sign in (*signs, *moments)])
    assert tokenizer.get_vocab_size() == _VOCABULARY
    return tokenizer
