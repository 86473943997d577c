"""The OpenAPI document and the pages that show it, without external resources."""

import asyncio
import json
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, OAuthFlow, OAuthFlows, SecurityScheme
from litestar.params import FromPath
from msgspec import Struct

from bilim import __version__
from bilim.files.kinds import StagedFile
from bilim.http.access import PUBLIC, needs_token
from bilim.http.responses import RawResponse
from bilim.http.services import Http
from bilim.kit.errors import NotFound

_DOCUMENT = "/api/v1/openapi.json"
_WRITING = Lock()
_ASSETS = "/docs/assets"
_TOKEN_URL = "/api/v1/login/access-token"  # noqa: S105 - an address, not a secret
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
# ReDoc's footer asks a CDN for this picture, whatever the options; our policy would refuse it and the console say so.
_FOREIGN_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
_NO_PICTURE = b"data:image/gif;base64,R0lGODlhAQABAAAAACw="
_DECIMAL = {"type": "string", "format": "decimal"}
_MEDIA = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8", ".png": b"image/png"}
_POLICY = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; worker-src blob:; font-src 'self' data:; base-uri 'none'"
)

CONFIG = OpenAPIConfig(
    title="bilim",
    version=__version__,
    description="Online courses, language learning and the daily running of a learning centre, over one API.",
    enabled_endpoints=set(),
    components=Components(
        security_schemes={
            # Swagger UI puts the cursor into the last scheme's field and scrolls there; the form that people use stands last.
            "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
            "password": SecurityScheme(type="oauth2", flows=OAuthFlows(password=OAuthFlow(token_url=_TOKEN_URL, scopes={}))),
        }
    ),
)


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document of an application.

    Litestar describes the routes; the bodies' schemas are replaced by msgspec's own, which know every bound, since msgspec checks
    them. Who may call a route, and the shape of errors, are added here.
    """
    # An application of its own is described, so that the serving one has none of Litestar's own pages and routes.
    written: dict[str, Any] = Litestar(app.state.routes, openapi_config=CONFIG, logging_config=None).openapi_schema.to_schema()
    _describe_structs(written, _structs(app))
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            operations = written["paths"].get(_template(route.path), {})
            for method in handler.http_methods:
                if operation := operations.get(method.lower()):
                    _describe_operation(operation, handler)
    written["paths"] = dict(sorted(written["paths"].items()))  # a handler's paths are a set, in no order
    written["components"]["schemas"] = dict(sorted(written["components"]["schemas"].items()))  # and so are the structs
    return written


def _template(path: str) -> str:
    return "/".join(part.partition(":")[0] + "}" if part.startswith("{") and ":" in part else part for part in path.split("/"))


def _describe_operation(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    """Say what it does, who may call, and how refusals look."""
    opt = handler.opt
    operation["summary"] = (handler.fn.__doc__ or "").partition("\n")[0].rstrip(".")
    if needs_token(handler):
        operation["security"] = [{"password": []}, {"bearer": []}]
    problem = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    refusals = {
        "400": "Wrong values, by field",
        "404": "Not found",
        "429": "Too many requests or attempts",
        "409": "Conflict with the present state",
        "503": "Busy, or not configured",
    }
    if needs_token(handler) or operation.get("requestBody"):
        refusals |= {"401": "Not signed in, or a wrong password or token", "403": "Not allowed"}
    if operation.get("requestBody"):
        refusals |= {"413": "Body too large", "415": "Unsupported media type"}
        content = operation["requestBody"]["content"]
        content["application/x-www-form-urlencoded"] = content["multipart/form-data"] = content["application/json"]
    operation["responses"] |= {status: {"description": words, **problem} for status, words in refusals.items()}
    for status, words in opt.get("answers", {}).items():
        operation["responses"][status] = {**operation["responses"][str(handler.status_code)], "description": words}
    if opt.get("page"):
        for status in ("200", "404"):
            page = operation["responses"][status]
            page["content"] = {**page["content"], "text/html": {"schema": {"type": "string"}}}


def _describe_structs(written: dict[str, Any], kinds: Iterable[type[Struct]]) -> None:
    _, described = msgspec.json.schema_components(kinds, schema_hook=_file, ref_template="#/components/schemas/{name}")
    schemas = written["components"].setdefault("schemas", {})
    schemas |= {name: _numeric_decimals(schema) for name, schema in described.items()}
    schemas["Problem"] = {
        "type": "object",
        "description": '`{"detail": "…"}`, or messages by field: `{"title": ["This field is required."]}`',
        "additionalProperties": True,
        "examples": [{"detail": "…"}],
    }


def _file(kind: type) -> dict[str, Any]:
    """How a field of a file looks in a form."""
    if kind is StagedFile:
        return {"type": "string", "format": "binary"}
    raise NotImplementedError


def _numeric_decimals(schema: Any) -> Any:
    """Decimals are JSON numbers here, which msgspec's schemas do not know."""
    if isinstance(schema, dict):
        if schema.items() >= _DECIMAL.items():
            return {**{key: value for key, value in schema.items() if key not in _DECIMAL}, "type": "number"}
        return {key: _numeric_decimals(value) for key, value in schema.items()}
    return [_numeric_decimals(item) for item in schema] if isinstance(schema, list) else schema


def _structs(app: Litestar) -> set[type[Struct]]:
    """Every struct that a route takes or answers."""
    found: set[type[Struct]] = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            signature = handler.parsed_fn_signature
            body = signature.parameters.get("data")
            for field in (signature.return_type, *([body] if body else [])):
                for kind in (field.annotation, *(inner.annotation for inner in field.inner_types)):
                    if isinstance(kind, type) and issubclass(kind, Struct):
                        found.add(kind)
    return found


@get(_DOCUMENT, opt=PUBLIC, tags=["docs"])
async def openapi_document(request: Http) -> dict[str, Any]:
    """The document that describes all routes."""
    return RawResponse(await asyncio.to_thread(_encoded_document, request.app), 200)  # type: ignore[return-value]


def _encoded_document(app: Litestar) -> bytes:
    """The document's bytes. Made once, on a thread: it takes a good part of a second."""
    with _WRITING:
        if not hasattr(app.state, "openapi"):
            app.state.openapi = json.dumps(document(app), ensure_ascii=False).encode()
    return app.state.openapi


_SWAGGER = """<!doctype html><html lang="en"><head><meta charset="utf-8">{viewport}<title>bilim API</title>
<link rel="icon" href="{assets}/swagger-ui-dist/favicon-32x32.png"><link rel="stylesheet" href="{assets}/swagger-ui-dist/swagger-ui.css">
</head><body style="margin:0"><div id="ui"></div><script src="{assets}/swagger-ui-dist/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({{url: "{document}", dom_id: "#ui", deepLinking: true, validatorUrl: null}})</script>
</body></html>"""
_REDOC = """<!doctype html><html lang="en"><head><meta charset="utf-8">{viewport}<title>bilim API</title>
<link rel="icon" href="{assets}/swagger-ui-dist/favicon-32x32.png"></head><body style="margin:0">
<redoc spec-url="{document}" disable-google-font="true" disable-search="true" hide-loading="true"></redoc>
<script src="{assets}/redoc/bundles/redoc.standalone.js"></script></body></html>"""
_NO_BUNDLE = """<!doctype html><html lang="en"><head><meta charset="utf-8">{viewport}<title>bilim API</title></head><body>
<p>The pages' scripts are not installed: run <code>make install</code>, or
<code>pip install --no-deps -r requirements-assets.txt</code>.
The document itself is at <a href="{document}">{document}</a>.</p></body></html>"""


@cache
def _bundle() -> Path | None:
    """Where the wheel with Swagger UI's and ReDoc's files lies. It is found, not imported: its code wants Django, its files do not."""
    spec = find_spec("drf_spectacular_sidecar")
    return Path(spec.origin).parent / "static" / "drf_spectacular_sidecar" if spec and spec.origin else None


def _page(template: str) -> Any:
    html = (template if _bundle() else _NO_BUNDLE).format(document=_DOCUMENT, assets=_ASSETS, viewport=_VIEWPORT)
    return RawResponse(html.encode(), 200, [(b"content-security-policy", _POLICY)], b"text/html; charset=utf-8")


@get(["/docs", "/swdoc"], opt=PUBLIC, media_type="text/html", sync_to_thread=False, tags=["docs"])
def swagger_page() -> str:
    """The API, to try out: Swagger UI."""
    return _page(_SWAGGER)


@get("/redoc", opt=PUBLIC, media_type="text/html", sync_to_thread=False, tags=["docs"])
def redoc_page() -> str:
    """The API, to read: ReDoc."""
    return _page(_REDOC)


@get(_ASSETS + "/{name:path}", opt=PUBLIC, include_in_schema=False, sync_to_thread=True)
def docs_asset(name: FromPath[str]) -> bytes:
    """A script or style of the pages."""
    root = _bundle()
    file = (root / name.lstrip("/")).resolve() if root else None
    if root is None or file is None or not file.is_relative_to(root.resolve()) or file.suffix not in _MEDIA or not file.is_file():
        raise NotFound
    script = file.read_bytes().replace(_FOREIGN_LOGO, _NO_PICTURE)
    return RawResponse(  # type: ignore[return-value]
        script, 200, [(b"cache-control", b"public, max-age=86400")], _MEDIA[file.suffix]
    )


ROUTES = [openapi_document, swagger_page, redoc_page, docs_asset]
