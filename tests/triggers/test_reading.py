"""What can be read: the list by pages, the description of the API, the page, liveness."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.records.claims import Claim
from shared.records.records import Records

Json = dict[str, Any]


def test_the_list_comes_by_pages_in_order_of_names(still: Any, small: Json, kept: Records) -> None:
    names = [f"{small['name']}-{letter}" for letter in "abcdefg"]
    for name in names:
        claim = Claim(
            deployment=name, operation_id=name, kind="deploy", now=datetime.now(UTC), spec={}
        )
        kept.claim(claim, fate=lambda _: "missing", grace=timedelta())
    page: Json = {"nextLink": f"{still.host.url}/api/deployments?top=5"}
    seen: list[str] = []
    while "nextLink" in page:
        page = still.request("GET", page["nextLink"].split("/api/")[1]).json()
        assert len(page["value"]) <= 5
        seen += [record["name"] for record in page["value"]]
    assert seen == sorted(set(seen))
    assert set(names) <= set(seen)


def test_the_description_lists_exactly_the_routes_there_are(still: Any) -> None:
    described = still.request("GET", "openapi.json").json()["paths"]
    there = {
        (method.lower(), endpoint.template.removeprefix("api"))
        for endpoint in still.host.endpoints
        for method in endpoint.methods - {"HEAD"}  # goes wherever GET goes
        if endpoint.template != "api/{*path}"
    }
    assert {(method, path) for path, methods in described.items() for method in methods} == there


def test_every_reference_of_the_description_leads_somewhere(still: Any) -> None:
    description = still.request("GET", "openapi.json").json()
    parts = description["components"]
    there = {f"#/components/{kind}/{name}" for kind in parts for name in parts[kind]}
    assert set(_references(description)) <= there


def test_what_is_left_over_is_tried_last_on_the_real_host_too(still: Any) -> None:
    names = [e.function.name for e in still.host.endpoints]
    # FunctionMetadataManager.cs in azure-functions-host sorts by name, however wide a route is.
    assert max(names, key=str.upper) == "z_anything_else"


def test_the_app_says_that_it_is_up(still: Any) -> None:
    assert still.request("GET", "health").json() == {"status": "healthy"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [("ui", "text/html"), ("ui/page.css", "text/css"), ("ui/page.js", "text/javascript")],
)
def test_the_page_is_served_and_lets_nothing_foreign_in(still: Any, path: str, kind: str) -> None:
    answer = still.request("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


@pytest.mark.parametrize("file", ["nothing.js", "..%2Fhost.json", "%2e%2e%2fhost.json"])
def test_no_other_file_is_served(still: Any, file: str) -> None:
    assert still.request("GET", f"ui/{file}").status_code == 404


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in _references(value)]
    return [r for value in part for r in _references(value)] if isinstance(part, list) else []
