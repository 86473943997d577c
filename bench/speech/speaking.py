"""How fast texts are read, and what that costs the server's own process."""

import tempfile
import time
from pathlib import Path

import httpx

from bench.servers import PRODUCT, serving
from bench.speech.figures import Figure
from bilim.providers.engines import EnginePool

TEXTS = {
    "uz": "Assalomu alaykum! Bugun 21.11.2026, soat 14:30. Darslikning narxi 125 000 soʻm, chegirma 15%. Keling, birga oʻqiymiz. ",
    "ru": "Здравствуйте! Сегодня 21.11.2026, 14:30. Учебник стоит 125 000 сумов, скидка 15%. Давайте читать вместе. ",
    "en-us": "Hello! Today is 21.11.2026, and it is 14:30. The book costs $12.50, with 15% off. Let us read it together. ",
}
_PEOPLE, _TEXTS_EACH = 4, 40


def sample(engine: EnginePool) -> bytes:
    """Half a minute of English."""
    return engine.call("speak", {"text": TEXTS["en-us"] * 3, "language": "en-us"}, 60)["mp3"]


def speed(engine: EnginePool) -> list[Figure]:
    """Real-time factors of reading and encoding."""
    figures: list[Figure] = []
    for language, text in TEXTS.items():
        engine.call("speak", {"text": text, "language": language}, 60)
        runs = [engine.call("speak", {"text": text * 10, "language": language}, 60) for _ in range(3)]
        factor = min(run["cpu"] / (len(run["mp3"]) / 4000) for run in runs)
        how = "processor seconds of normalising, espeak-ng and LAME a second of sound; the best of 3 texts of 1,000 characters"
        figures.append(Figure(f"speech and MP3, {language}", factor, 0.05, "RTF", how))
    return figures


def latency_and_memory() -> list[Figure]:
    """A real server that reads 160 different texts to four people."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"BILIM_HOME": home, "ENVIRONMENT": "test", "LOG_LEVEL": "WARNING"}
        with serving(PRODUCT, environment, Path(home, "log")) as server:
            client = httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60)
            people = [_signed_up(client, number) for number in range(_PEOPLE)]
            for _ in range(100):
                client.get("/api/v1/courses/")
            before = server.memory().own
            begun = time.perf_counter()
            cold = _read(client, people[0], "Salom")
            cold_seconds = time.perf_counter() - begun
            taken: list[float] = []
            for place in range(_PEOPLE * _TEXTS_EACH):
                begun = time.perf_counter()
                _read(client, people[place % _PEOPLE], f"{place}-dars. Keling, bugun yangi soʻzlarni birga oʻqiymiz va takrorlaymiz.")
                taken.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            again = _read(client, people[1], "Salom")
            kept_seconds = time.perf_counter() - begun
            after = server.memory().own
    assert again == cold, "a kept text is the same MP3"
    median = sorted(taken)[len(taken) // 2]
    return [
        Figure(
            "first text of a server", cold_seconds * 1000, None, "ms", "POST /ai/tts over HTTP, the process of the voice started for it"
        ),
        Figure("a text of 75 characters", median * 1000, None, "ms", f"the same, median of {len(taken)} different texts, one by one"),
        Figure("a text that was read before", kept_seconds * 1000, None, "ms", "the same, from its file"),
        Figure(
            "the server's memory", after - before, 16, "MiB more", f"anonymous memory of its process after {len(taken)} texts, less before"
        ),
    ]


def _signed_up(client: httpx.Client, number: int) -> dict[str, str]:
    """Somebody's headers."""
    name, password = f"listener{number}", "Correct-horse-9"
    client.post("/api/v1/users/", json={"username": name, "email": f"{name}@example.com", "password": password}).raise_for_status()
    signed_in = client.post("/api/v1/login/access-token", data={"username": name, "password": password}).raise_for_status()
    return {"Authorization": f"Bearer {signed_in.json()['access_token']}"}


def _read(client: httpx.Client, headers: dict[str, str], text: str) -> bytes:
    return client.post("/api/v1/ai/tts", json={"text": text, "language": "uz"}, headers=headers).raise_for_status().content
