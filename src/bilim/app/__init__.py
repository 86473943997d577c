"""The composition root: settings, database, providers and routes become one ASGI application."""

import asyncio
import gc
import sys

from litestar import Litestar

from bilim.app.routes import ROUTES
from bilim.app.services import Services, make_services
from bilim.db.migrate import NotReady
from bilim.http import logs
from bilim.http.access import authenticate, require_declared
from bilim.http.bodies import ApiRequest, mark_file_routes
from bilim.http.errors import EXCEPTION_HANDLERS
from bilim.http.options import describe_options
from bilim.http.outer import OuterMiddleware
from bilim.http.services import supplies
from bilim.http.work import Units, require_supplied
from bilim.prepare import prepare
from bilim.providers.llm import FencedLlm
from bilim.settings import Settings, SettingsError, load

_SWITCH_SECONDS = 0.001
"""After so long a thread hands the interpreter's lock on: a request waits for it several times, beside a long list each time in full."""


def make_app(services: Services) -> Litestar:
    """The application without its outer middleware."""
    app = Litestar(
        ROUTES,
        before_request=authenticate,
        request_class=ApiRequest,
        request_max_body_size=services.settings.max_body_bytes,
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        on_startup=[_start],
        on_shutdown=[_stop],
        logging_config=None,
    )
    use_services(app, services)
    mark_file_routes(app)
    describe_options(app)
    require_declared(app)
    require_supplied(app)
    return app


def use_services(app: Litestar, services: Services) -> None:
    """Give an application its services. Tests use it to give each test its own database."""
    app.state.services = services
    app.state.supplies = supplies(services)
    app.state.routes = ROUTES


async def _start(app: Litestar) -> None:
    services: Services = app.state.services
    if services.runner:
        services.runner.start()
    services.hub.start()
    services.meetings.start(Units(services))


async def _stop(app: Litestar) -> None:
    services: Services = app.state.services
    await services.hub.end_sockets()
    await services.meetings.close()
    await services.hub.close()
    if services.runner:
        await asyncio.to_thread(services.runner.stop)
    if isinstance(services.llm, FencedLlm):
        await services.llm.close()
    services.close()
    await services.stripe.close()


def make_server(settings: Settings | None = None) -> OuterMiddleware:
    """What a server runs: the whole application, its database migrated or checked to be current.

    Raises:
        SystemExit: settings or a database that cannot be used; the message says which and why.
    """
    try:
        settings = settings or load()
        prepare(settings)
    except (SettingsError, NotReady) as error:
        raise SystemExit(f"bilim cannot start:\n{error}") from None
    logs.configure(settings.log_level)
    server = OuterMiddleware(make_app(make_services(settings)), settings.allowed_origins)
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # the application's objects live as long as the process: the collector need not examine them
    return server
