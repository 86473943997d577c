"""Settings: defaults that run at once, and what production refuses."""

from pathlib import Path

import pytest

from bilim.settings import Settings, SettingsError, default_home, load

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 32,
    "FIRST_SUPERUSER_PASSWORD": "not the default",
    "PUBLIC_URL": "https://school.example",
}


def test_the_defaults_run_at_once(tmp_path: Path) -> None:
    settings = load({"BILIM_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/var/bilim.db"
    assert settings.uploads == tmp_path / "var" / "uploads"
    assert (settings.first_superuser, settings.first_superuser_password) == ("admin@example.com", "changethis")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TIME_ZONE=Asia/Samarkand\nACCESS_TOKEN_MINUTES=5\n")
    settings = load({"BILIM_HOME": str(tmp_path), "ACCESS_TOKEN_MINUTES": "7"})
    assert (settings.time_zone, settings.access_token_minutes) == ("Asia/Samarkand", 7)


def test_an_empty_variable_is_the_default(tmp_path: Path) -> None:
    assert load({"BILIM_HOME": str(tmp_path), "TIME_ZONE": ""}).time_zone == "Asia/Tashkent"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "too short"),
        ("SECRET_KEY", ""),
        ("FIRST_SUPERUSER_PASSWORD", "changethis"),
        ("FIRST_SUPERUSER_PASSWORD", ""),
        ("PUBLIC_URL", "http://school.example"),
        ("PUBLIC_URL", ""),
        ("TELEGRAM_API_BASE", "http://api.telegram.org"),
        ("PAYME_CHECKOUT_URL", "http://checkout.paycom.uz"),
        ("PAYME_CHECKOUT_URL", "https://127.0.0.2"),
        ("PAYME_CHECKOUT_URL", "https://localhost"),
    ],
)
def test_production_refuses_what_is_unsafe_and_says_which(tmp_path: Path, name: str, value: str) -> None:
    home = {"BILIM_HOME": str(tmp_path)}
    assert load(PRODUCTION | home).environment == "production"
    with pytest.raises(SettingsError) as refused:
        load(PRODUCTION | home | {name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert len(str(refused.value).splitlines()) == 1


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"BILIM_HOME": str(tmp_path), "ENVIRONMENT": "production"})
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == ["SECRET_KEY", "FIRST_SUPERUSER_PASSWORD", "PUBLIC_URL"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Mars/Olympus"),
        ("DATABASE_URL", "mysql://x"),
        ("PUBLIC_URL", "school.example"),
        ("FIRST_SUPERUSER", "admin"),
        ("ACCESS_TOKEN_MINUTES", "soon"),
        ("ACCESS_TOKEN_MINUTES", "0"),
        ("ENVIRONMENT", "prod"),
        ("LOG_LEVEL", "LOUD"),
        ("TELEGRAM_BOT_TOKEN", "no token"),
        ("TELEGRAM_BOT_USERNAME", "@school_bot"),
        ("TELEGRAM_WEBHOOK_SECRET", "a secret with blanks"),
        ("TELEGRAM_WEBHOOK_SECRET", "x" * 257),
        ("TELEGRAM_API_BASE", "api.telegram.org"),
        ("TELEGRAM_RATE", "0"),
        ("RUN_JOBS", "sometimes"),
        ("REDIS_URL", "localhost:6379"),
        ("TTS_PROVIDER", "somebody"),
        ("GTTS_BASE", "translate.google.com"),
        ("DISABLE_TTS", "perhaps"),
        ("VOICE_PROCESSES", "0"),
        ("VOICE_PROCESSES", "17"),
        ("TTS_KEEP_DAYS", "0"),
        ("CORS_ORIGINS", "https://a.example, b.example"),
        ("CORS_ORIGINS", "https://a.example/path"),
        ("CORS_ORIGINS", "https://a.example, *"),
        ("CORS_ORIGINS", "null"),
        ("SOCKET_LIMIT", "0"),
        ("STUN_URLS", "turn:turn.example"),
        ("TURN_URLS", "https://turn.example"),
        ("TURN_SECRET", ""),
        ("PAYMENT_LOG_DAYS", "0"),
        ("PAYME_CHECKOUT_URL", "checkout.paycom.uz"),
        ("FISCAL_COURSE", "10305008003000000"),
        ("FISCAL_PLAN", "1/2/3"),
        ("PAYME_KEY", "without a merchant"),
    ],
)
def test_values_that_cannot_be_used_are_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load({"BILIM_HOME": str(tmp_path), "TURN_URLS": "turn:turn.example:3478?transport=udp", "TURN_SECRET": "s", name: value})


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_speech_is_switched_off_as_the_guide_says(tmp_path: Path, value: str, meant: bool) -> None:
    assert load({"BILIM_HOME": str(tmp_path), "DISABLE_TTS": value}).disable_tts is meant


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("", set()),
        ("*", set()),
        ("https://app.school.example", {"https://app.school.example"}),
        ("HTTPS://App.School.example:443/, http://localhost:5173,", {"https://app.school.example", "http://localhost:5173"}),
        ("http://a.example:80,https://b.example:80", {"http://a.example", "https://b.example:80"}),
    ],
)
def test_origins_are_listed_as_browsers_spell_them(tmp_path: Path, value: str, meant: set[str]) -> None:
    assert load({"BILIM_HOME": str(tmp_path), "CORS_ORIGINS": value}).allowed_origins == meant


def test_every_setting_stands_in_the_example_file() -> None:
    example = Path(__file__).parents[1].joinpath(".env.example").read_text("utf8")
    named = {line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line}
    assert {name.upper() for name in Settings.__struct_fields__} <= named


@pytest.mark.parametrize("merchant", ["587f;a=1", "a b", "ы"])
def test_a_cash_desks_id_that_would_break_its_link_is_refused(tmp_path: Path, merchant: str) -> None:
    with pytest.raises(SettingsError, match=r"^PAYME_MERCHANT_ID: "):
        load({"BILIM_HOME": str(tmp_path), "PAYME_MERCHANT_ID": merchant, "PAYME_KEY": "key"})


def test_a_key_is_not_shown_where_settings_are_wrong(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"BILIM_HOME": str(tmp_path), "PAYME_KEY": "a-secret-key"})
    assert "a-secret-key" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LLM_BASE_URL", "http://llm.example/v1"),
        ("LLM_BASE_URL", "https://127.0.0.1/v1"),
        ("LLM_BASE_URL", "https://localhost:8000/v1"),
        ("GEMINI_API_BASE", "http://proxy.example"),
        ("GEMINI_API_BASE", "https://[::1]"),
    ],
)
def test_production_sends_what_learners_write_only_over_https_to_other_machines(tmp_path: Path, name: str, value: str) -> None:
    given = {"BILIM_HOME": str(tmp_path), "LLM_MODEL": "m", name: value}
    load(given)
    with pytest.raises(SettingsError, match=f"{name}: must be https and another machine"):
        load({**given, "ENVIRONMENT": "production"})


@pytest.mark.parametrize(
    ("name", "value"), [("LLM_BASE_URL", "llm.example"), ("GOOGLE_API_KEY", "a b"), ("LLM_API_KEY", "a\nb"), ("GEMINI_MODEL", "a b")]
)
def test_what_no_model_could_be_asked_with_is_named_without_the_key(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}:") as refused:
        load({"BILIM_HOME": str(tmp_path), "LLM_MODEL": "m", name: value})
    assert value not in str(refused.value) or not name.endswith("KEY")


def test_where_no_home_is_named_it_is_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_home() == Path(__file__).parents[1]
