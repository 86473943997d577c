"""Settings: read from the environment and `.env`, checked as a whole."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from dotenv import dotenv_values

from bilim.settings.checks import FISCAL_CODE, problems_of
from bilim.settings.fields import DEFAULT_SUPERUSER_PASSWORD, Settings, default_home, listed

__all__ = ["DEFAULT_SUPERUSER_PASSWORD", "FISCAL_CODE", "Settings", "SettingsError", "default_home", "listed", "load"]


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and says why."""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and `.env`.

    Raises:
        SettingsError: a value of the wrong type, or one that `ENVIRONMENT=production` does not allow.
    """
    environ = os.environ if environ is None else environ
    home = Path(environ.get("BILIM_HOME") or default_home()).expanduser().resolve()
    values = {**dotenv_values(home / ".env"), **environ, "BILIM_HOME": str(home)}
    known = {name: values[name.upper()] for name in Settings.__struct_fields__ if values.get(name.upper())}
    settings = _convert(known)
    if problems := problems_of(settings):
        raise SettingsError("\n".join(problems))
    return msgspec.structs.replace(settings, database_url=_absolute(settings), public_url=settings.public_url.rstrip("/"))


def _convert(values: Mapping[str, str | None]) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise SettingsError(f"{path.rstrip('`').upper()}: {reason}") from None


def _absolute(settings: Settings) -> str:
    prefix = "sqlite:///"
    path = settings.database_url.removeprefix(prefix)
    if not settings.is_sqlite or path in ("", ":memory:"):
        return settings.database_url
    return prefix + str(settings.bilim_home / path)
