"""The documentation pages need nothing from outside and keep nothing secret."""

import re

import pytest

from world import World


@pytest.mark.parametrize("page", ["/docs", "/swdoc/", "/redoc/"])
def test_the_pages_load_from_this_server_alone(sqlite_world: World, page: str) -> None:
    answer = sqlite_world.get(page)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    addresses = re.findall(r'(?:src|href|spec-url)="([^"]+)"', answer.text)
    assert addresses
    for address in addresses:
        asset = sqlite_world.get(address)
        assert asset.status_code == 200
        assert b"cdn.redoc.ly" not in asset.content
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "persistAuthorization" not in answer.text, "it would write the password into the browser's storage"


def test_without_the_bundle_the_pages_say_how_to_install_it(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bilim.http.openapi._bundle", lambda: None)
    assert "requirements-assets.txt" in sqlite_world.get("/docs").text
    assert sqlite_world.get("/docs/assets/swagger-ui-dist/swagger-ui.css").status_code == 404


@pytest.mark.parametrize("name", ["../apps.py", "%2e%2e/apps.py", "swagger-ui-dist/LICENSE", "nothing.js"])
def test_only_the_bundles_files_are_served(sqlite_world: World, name: str) -> None:
    assert sqlite_world.get(f"/docs/assets/{name}").status_code == 404


def test_signing_in_on_the_page_is_described(sqlite_world: World) -> None:
    document = sqlite_world.get("/api/v1/openapi.json").json()
    flows = document["components"]["securitySchemes"]["password"]["flows"]
    assert flows["password"]["tokenUrl"] == "/api/v1/login/access-token"
    assert {"password": []} in document["paths"]["/api/v1/users/me"]["get"]["security"]
    assert "security" not in document["paths"]["/api/v1/login"]["post"]
