"""Who understands recordings: Whisper where its model lies on this machine, pocketsphinx for English otherwise, and a dummy for tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from bilim.files.store import Store
from bilim.kit.errors import BadRequest, Invalid, Problem, Unavailable
from bilim.providers.engines import EnginePool, EngineRefused
from bilim.speech.protocols import Assessment, LanguageInfo, Transcript

WHISPER, BASIC, DUMMY = "whisper", "basic", "dummy"
MAX_SECONDS = 120
"""Of a recording to write down."""
MAX_READING_SECONDS = 60
"""Of a text that is read."""
_DEADLINE = 120.0
"""Of the longest recording: half as long as it lasts on an idle machine."""
DUMMY_TEXT = "This is a test transcription."

_DECODING = ("too_large", "not_audio", "too_long", "too_short", "truncated")
"""Refusals of the decoder, whose texts begin with `recording_`."""
_OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "model_broken": ("whisper_broken", {}),
    "whisper_not_installed": ("speech_not_installed", {"library": "faster-whisper"}),
}
"""Refusals that are no fault of the recording."""

LANGUAGES = {
    code: name.replace("_", " ")
    for code, _, name in (
        each.partition(":")
        for each in (  # noqa: SIM905 - a list would take a line each
            "af:Afrikaans am:Amharic ar:Arabic as:Assamese az:Azerbaijani ba:Bashkir be:Belarusian bg:Bulgarian bn:Bengali bo:Tibetan "
            "br:Breton bs:Bosnian ca:Catalan cs:Czech cy:Welsh da:Danish de:German el:Greek en:English es:Spanish et:Estonian eu:Basque "
            "fa:Persian fi:Finnish fo:Faroese fr:French gl:Galician gu:Gujarati ha:Hausa haw:Hawaiian he:Hebrew hi:Hindi hr:Croatian "
            "ht:Haitian_Creole hu:Hungarian hy:Armenian id:Indonesian is:Icelandic it:Italian ja:Japanese jw:Javanese ka:Georgian "
            "kk:Kazakh km:Khmer kn:Kannada ko:Korean la:Latin lb:Luxembourgish ln:Lingala lo:Lao lt:Lithuanian lv:Latvian mg:Malagasy "
            "mi:Maori mk:Macedonian ml:Malayalam mn:Mongolian mr:Marathi ms:Malay mt:Maltese my:Burmese ne:Nepali nl:Dutch "
            "nn:Norwegian_Nynorsk no:Norwegian oc:Occitan pa:Punjabi pl:Polish ps:Pashto pt:Portuguese ro:Romanian ru:Russian sa:Sanskrit "
            "sd:Sindhi si:Sinhala sk:Slovak sl:Slovenian sn:Shona so:Somali sq:Albanian sr:Serbian su:Sundanese sv:Swedish sw:Swahili "
            "ta:Tamil te:Telugu tg:Tajik th:Thai tk:Turkmen tl:Tagalog tr:Turkish tt:Tatar uk:Ukrainian ur:Urdu uz:Uzbek vi:Vietnamese "
            "yi:Yiddish yo:Yoruba zh:Chinese"
        ).split()
    )
}
"""Whisper's languages by its codes."""


def is_model(folder: Path) -> bool:
    """Whether a folder holds a whole Whisper model. The library's own errors mislead, and without a tokenizer it would fetch another's."""
    has_words = any((folder / name).is_file() for name in ("vocabulary.json", "vocabulary.txt"))
    return has_words and all((folder / name).is_file() for name in ("model.bin", "config.json", "tokenizer.json"))


class EngineHearing:
    """The engines that hear, in processes of their own."""

    def __init__(self, engines: EnginePool, store: Store, model: Path | None) -> None:
        """`model` is the folder of a Whisper model; it is looked at anew whenever it matters, so that one fetched meanwhile serves."""
        self._engines = engines
        self._store = store
        self._model = model

    def languages(self) -> tuple[LanguageInfo, ...]:
        """The languages that may be recognised."""
        has_model = bool(self._folder())
        return tuple(
            LanguageInfo(code, name, WHISPER if has_model else BASIC if code == "en" else None) for code, name in LANGUAGES.items()
        )

    def require(self, language: str | None) -> str | None:
        """The code of a language that is recognised here."""
        if language is None:
            return None if self._folder() else "en"
        code = _code(language)
        if code != "en" and not self._folder():
            raise Unavailable("no_whisper_model", language=LANGUAGES[code])
        return code

    async def transcribe(self, file: str, language: str | None) -> Transcript:
        """What is said in a stored recording."""
        try:
            return msgspec.convert(await self._engines.ask("transcribe", self._to_transcribe(file, language), _DEADLINE), Transcript)
        except EngineRefused as refused:
            _refuse(refused)

    async def assess(self, file: str, text: str, contrasts: Sequence[str]) -> Assessment:
        """How a text was read."""
        try:
            return msgspec.convert(await self._engines.ask("assess", self._to_assess(file, text, contrasts), _DEADLINE), Assessment)
        except EngineRefused as refused:
            _refuse(refused)

    def transcribe_now(self, file: str, language: str | None) -> Transcript:
        """What is said in a stored recording."""
        try:
            return msgspec.convert(self._engines.call("transcribe", self._to_transcribe(file, language), _DEADLINE), Transcript)
        except EngineRefused as refused:
            _refuse(refused)

    def assess_now(self, file: str, text: str, contrasts: Sequence[str]) -> Assessment:
        """How a text was read."""
        try:
            return msgspec.convert(self._engines.call("assess", self._to_assess(file, text, contrasts), _DEADLINE), Assessment)
        except EngineRefused as refused:
            _refuse(refused)

    def _to_transcribe(self, file: str, language: str | None) -> dict[str, Any]:
        path = str(self._store.path(file))
        return {"path": path, "language": language, "model": self._folder(), "max_seconds": MAX_SECONDS}

    def _to_assess(self, file: str, text: str, contrasts: Sequence[str]) -> dict[str, Any]:
        return {"path": str(self._store.path(file)), "text": text, "contrasts": list(contrasts), "max_seconds": MAX_READING_SECONDS}

    def _folder(self) -> str:
        """The model's folder, or "" where no whole model is there."""
        return str(self._model) if self._model and is_model(self._model) else ""


class DummyHearing(EngineHearing):
    """With `DISABLE_WHISPER=1`: every recording says the same. Texts that are read are judged all the same."""

    def languages(self) -> tuple[LanguageInfo, ...]:
        """All of them."""
        return tuple(LanguageInfo(code, name, DUMMY) for code, name in LANGUAGES.items())

    def require(self, language: str | None) -> str | None:
        """Any language."""
        return None if language is None else _code(language)

    async def transcribe(self, file: str, language: str | None) -> Transcript:
        """The dummy text."""
        return self.transcribe_now(file, language)

    def transcribe_now(self, file: str, language: str | None) -> Transcript:  # noqa: ARG002 - the protocol's signature
        """The dummy text."""
        return Transcript(DUMMY_TEXT, language or "en", DUMMY, 0.0)


def _code(language: str) -> str:
    """Whisper's code for a tag.

    Raises:
        Invalid: there is none.
    """
    code = language.lower().replace("_", "-").partition("-")[0]
    if code not in LANGUAGES:
        raise Invalid(language=Problem("unknown_language", {"language": language}))
    return code


def _refuse(refused: EngineRefused) -> NoReturn:
    """Raise the domain's error for an engine's refusal."""
    if refused.code in _OURS:
        code, params = _OURS[refused.code]
        raise Unavailable(code, **params) from None
    code = f"recording_{refused.code}" if refused.code in _DECODING else refused.code
    raise BadRequest(code, **refused.params) from None
