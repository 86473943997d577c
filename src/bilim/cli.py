"""The `bilim` command."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from threading import Event
from typing import Any

import click

from bilim import __version__
from bilim.db.migrate import NotReady, upgrade, upgrade_file
from bilim.settings import DEFAULT_SUPERUSER_PASSWORD, Settings, SettingsError, load


def with_settings(function: Callable[..., None]) -> Callable[..., None]:
    """Pass the settings to a command; a wrong setting is reported in a line, not in a traceback."""

    @wraps(function)
    def command(**options: Any) -> None:
        try:
            function(settings=load(), **options)
        except (SettingsError, NotReady) as error:
            raise SystemExit(f"bilim: {error}") from None

    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bilim")
def main() -> None:
    """bilim: courses, language learning and the running of a learning centre."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8004, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Processes that serve.")
@with_settings
def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve the API. An SQLite database is brought up to date first."""
    import uvicorn

    from bilim.live.protocol import SOCKET_OPTIONS
    from bilim.prepare import prepare

    prepare(settings)
    _print_addresses(settings, host, port)
    if workers > 1:
        _share_metrics(settings)
    uvicorn.run(
        "bilim.app:make_server",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=None,
        server_header=False,
        **SOCKET_OPTIONS,
    )


def _share_metrics(settings: Settings) -> None:
    """Share the workers' metrics in a folder, after deleting those of an earlier run."""
    folder = settings.var / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _print_addresses(settings: Settings, host: str, port: int) -> None:
    """Print the addresses and the demo accounts."""
    here = f"http://{'localhost' if host in ('0.0.0.0', '::', '127.0.0.1') else host}:{port}"  # noqa: S104 - compared, not bound
    lines = [f"bilim {__version__}", f"  API            {here}/api/v1", f"  documentation  {here}/docs  {here}/redoc/"]
    if settings.first_superuser_password == DEFAULT_SUPERUSER_PASSWORD:
        lines.append(f"  superuser      {settings.first_superuser} / {DEFAULT_SUPERUSER_PASSWORD}")
    from bilim.demo.load import exam_to_take, logins

    lines.extend(f"  {role:<14} {username} / {password}" for role, username, password in logins(settings))
    if code := exam_to_take(settings):
        lines.append(f"  exam code      {code}")
    click.echo("\n".join(lines))
    sys.stdout.flush()


@main.command()
@with_settings
def worker(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT, for servers with RUN_JOBS=false. The running ones end first."""
    from bilim.app.factories import make_bot, make_hearing, make_hearing_engines
    from bilim.app.jobs import make_handlers, make_schedule
    from bilim.db.engine import Database
    from bilim.http import logs
    from bilim.jobs.handling import Handlers
    from bilim.jobs.runner import CONNECTIONS, Runner
    from bilim.prepare import prepare

    prepare(settings)
    logs.configure(settings.log_level)
    db = Database(settings.database_url, settings.zone, CONNECTIONS)
    bot = make_bot(settings)
    engines = make_hearing_engines(settings)
    handlers = make_handlers(settings, db, bot, make_hearing(settings, engines))
    runner = Runner(db, Handlers(handlers), make_schedule(settings))
    db.wake = runner.wake
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        runner.start()
        Event().wait()
    runner.stop()
    engines.close()
    bot.close()
    db.close()


@main.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the database up to date."""
    if settings.is_sqlite:
        upgrade_file(settings.database_url, settings.var / "migrate.lock", settings.zone)
    else:
        upgrade(settings.database_url, settings.zone)
    click.echo("The database is up to date.")


@main.command()
@with_settings
def demo(settings: Settings) -> None:
    """Load demo content, once: three courses, a learning centre and people of every role."""
    from bilim.demo.load import load_demo
    from bilim.prepare import prepare

    prepare(settings)
    click.echo("Demo content loaded." if load_demo(settings) else "Demo content is there already.")


@main.command()
@click.argument("target", required=False, type=click.Path(path_type=Path, dir_okay=False))
@with_settings
def backup(settings: Settings, target: Path | None) -> None:
    """Write an archive of all rows and files, while the server runs; by default under var/backups."""
    from bilim.kit import clock
    from bilim.ops.backup import back_up

    named = f"bilim-{clock.now().astimezone(settings.zone):%Y%m%d-%H%M%S}.tar.gz"
    target = target or settings.var / "backups" / named
    manifest = back_up(settings, target)
    rows = sum(table.rows for table in manifest.tables.values())
    click.echo(f"{target}: {rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files")


@main.command()
@click.option("--payme", "statement", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Payme's statement, as CSV.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day to compare with what services say.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@with_settings
def reconcile(settings: Settings, statement: Path | None, since: datetime | None, until: datetime | None) -> None:
    """Compare the ledger of payments with itself, and with what services say of some days. Nothing is corrected.

    Click and Stripe are asked where their keys are set; Payme's statement is a file that its cabinet saves.

    Differences are printed and shown to admins as alerts; the command ends with 1 where there are some.
    """
    from bilim.app.factories import make_click_merchant, make_statement_sources, make_stripe
    from bilim.app.services import open_database
    from bilim.kit.errors import Unavailable
    from bilim.payme.statement import NoStatement, PaymeStatement
    from bilim.payments.jobs import check_ledger
    from bilim.payments.jobs import reconcile as compare

    if statement and not (since and until):
        raise SystemExit("bilim: a statement needs --from and --until: its first and its last day.")
    db = open_database(settings)
    found = check_ledger(db)
    if since and until:
        first, last = since.replace(tzinfo=settings.zone), until.replace(tzinfo=settings.zone) + timedelta(days=1)
        sources = [
            *([PaymeStatement(statement)] if statement else []),
            *make_statement_sources(settings, db, make_click_merchant(settings), make_stripe(settings)),
        ]
        for source in sources:
            try:
                found += compare(db, source, first, last)
            except (NoStatement, UnicodeDecodeError) as error:
                raise SystemExit(f"bilim: {error}") from None
            except Unavailable:
                raise SystemExit(f"bilim: {source.name} does not answer.") from None
    for each in found:
        click.echo(f"{each.provider} {each.about}: {each.problem}")
    click.echo(f"{len(found)} differences")
    raise SystemExit(1 if found else 0)


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_settings
def restore(settings: Settings, source: Path) -> None:
    """Restore an archive into an empty database, and verify the result."""
    from bilim.app.jobs import own_handlers
    from bilim.db.engine import Database
    from bilim.ops.backup import BackupError
    from bilim.ops.backup import restore as bring_back

    db = Database(settings.database_url, settings.zone, 1)
    try:
        restored = bring_back(settings, source, own_handlers(settings, db).kinds_after_restore)
    except BackupError as error:
        raise SystemExit(f"bilim: {error}") from None
    tables = restored.manifest.tables
    rows = sum(table.rows for table in tables.values())
    click.echo(f"Restored and checked: {rows} rows of {len(tables)} tables, {len(restored.manifest.files)} files")
    if restored.waiting:
        click.echo(f"Jobs that wait again: {_counted(restored.waiting)}")
    if restored.given_up:
        click.echo(f"Jobs given up, to be looked through by GET /api/v1/admin/jobs?state=dead: {_counted(restored.given_up)}")


def _counted(kinds: dict[str, int]) -> str:
    return ", ".join(f"{count} of {kind}" for kind, count in kinds.items())


@main.command()
@with_settings
def reindex(settings: Settings) -> None:
    """Build the index of the search and the ratings of courses anew, while the server runs."""
    from bilim.catalog.jobs import index_everything
    from bilim.db.engine import Database
    from bilim.prepare import prepare
    from bilim.study.actions.reviews import recount_ratings

    prepare(settings)
    db = Database(settings.database_url, settings.zone, 1)
    indexed = index_everything(db)
    with db.write() as tx:
        recount_ratings(tx)
    db.close()
    click.echo(f"Indexed {indexed} courses.")


@main.group()
def models() -> None:
    """Models that recognise speech."""


@models.command("download")
@click.argument("name")
@with_settings
def download_model(settings: Settings, name: str) -> None:
    """Fetch a Whisper model (tiny, base, small, medium, large-v3) for WHISPER_MODEL."""
    from bilim.providers.models import NotFetched, command_of, fetch, folder_of

    try:
        target = folder_of(settings.models, name)
        part = target.with_name(f"{target.name}.part")
        fetch(command_of(name, part), part, target)
    except NotFetched as error:
        raise SystemExit(f"bilim: {error}") from None
    click.echo(f"The model is in {target}. Set WHISPER_MODEL={name}.")


@main.group()
def telegram() -> None:
    """The school's Telegram bot."""


@telegram.command("set-webhook")
@click.option("--url", help="Where Telegram sends updates; by default PUBLIC_URL and the webhook's path.")
@with_settings
def set_webhook(settings: Settings, url: str | None) -> None:
    """Register the webhook to which Telegram sends what people write to the bot."""
    from bilim.app.factories import make_bot
    from bilim.notify.api_telegram import WEBHOOK
    from bilim.notify.protocols import NotSent

    needed = {"TELEGRAM_BOT_TOKEN": settings.telegram_bot_token, "TELEGRAM_WEBHOOK_SECRET": settings.telegram_webhook_secret}
    if missing := [name for name, value in needed.items() if not value]:
        raise SystemExit(f"bilim: {' and '.join(missing)} must be set first")
    address = url or settings.site_url + WEBHOOK
    bot = make_bot(settings)
    try:
        told = bot.set_webhook(address, settings.telegram_webhook_secret)
    except NotSent as error:
        raise SystemExit(f"bilim: Telegram refused {address}: {error}") from None
    finally:
        bot.close()
    click.echo(f"{address}: {told}")


@main.command()
@with_settings
def openapi(settings: Settings) -> None:
    """Print the OpenAPI document."""
    from bilim.app import make_app
    from bilim.app.services import make_services
    from bilim.http.openapi import document

    services = make_services(settings)
    click.echo(json.dumps(document(make_app(services)), ensure_ascii=False, indent=1))
    services.close()


if __name__ == "__main__":
    main()
