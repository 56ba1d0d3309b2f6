"""The headers that every answer of Azure carries, and conditions that a request may carry."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

Refusal = Callable[..., str]
EVERYWHERE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Expires": "-1",
}
ZONE = "privateDnsZones/db.private.postgres.database.azure.com"
RECORD = {"properties": {"ttl": 60, "aRecords": [{"ipv4Address": "10.1.3.4"}]}}
OTHER = {"properties": {"ttl": 60, "aRecords": [{"ipv4Address": "10.1.3.5"}]}}
TABLES = "2026-03-01"
DNS = "2024-06-01"


@pytest.fixture
def ask(azure: Any, web: requests.Session) -> Callable[..., requests.Response]:
    """A plain request about something in the group rg."""

    def send(method: str, path: str, version: str = TABLES, **more: Any) -> requests.Response:
        url = f"{azure.emulator.url}{azure.id(path)}"
        return web.request(method, url, params={"api-version": version}, **more)

    return send


def test_every_answer_carries_the_headers_that_azure_sends(azure: Any, ask: Any) -> None:
    written = ask("PUT", "routeTables/rt", json={"location": "eastus"})
    azure.advance(seconds=30)
    for answer in (written, ask("GET", "routeTables/rt"), ask("GET", "routeTables/none")):
        assert EVERYWHERE.items() <= answer.headers.items()
        assert answer.headers["x-ms-routing-request-id"].startswith("EASTUS:")


def test_private_dns_lets_its_answers_be_cached_by_whoever_asked(azure: Any, ask: Any) -> None:
    azure.emulator.put(azure.id(ZONE), {"location": "global"})
    answer = ask("GET", ZONE, DNS)
    assert answer.headers["Cache-Control"] == "private"
    assert "Pragma" not in answer.headers


def test_the_version_of_a_network_resource_is_a_header_too(azure: Any, ask: Any) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    answer = ask("GET", "routeTables/rt")
    assert answer.headers["ETag"] == answer.json()["etag"]


def test_a_group_that_is_not_there_is_missed_by_the_gateway(azure: Any, web: Any) -> None:
    url = azure.emulator.url + azure.id("routeTables/rt").replace("/rg/", "/none/")
    answer = web.delete(url, params={"api-version": TABLES})
    assert answer.json()["error"]["code"] == "ResourceGroupNotFound"
    assert answer.headers["x-ms-failure-cause"] == "gateway"


def test_nothing_can_be_deleted_below_what_is_not_there(azure: Any, ask: Any) -> None:
    route = ask("DELETE", "routeTables/none/routes/r")
    assert (route.status_code, route.json()["error"]["code"]) == (404, "ResourceNotFound")
    record = ask("DELETE", "privateDnsZones/none.test/A/db", DNS)
    assert (record.status_code, record.json()["error"]["code"]) == (404, "ParentResourceNotFound")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_two_slashes_are_one(azure: Any, web: Any, method: str) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    url = azure.emulator.url + "/" + azure.id("routeTables/rt").replace("/providers", "//providers")
    body = {"location": "eastus"} if method == "PUT" else None
    answer = web.request(method, url, json=body, params={"api-version": TABLES})
    assert answer.status_code in (200, 202)
    assert len(azure.emulator.resources("Microsoft.Network/routeTables")) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_stale_etag_changes_nothing_in_a_network(azure: Any, ask: Any, method: str) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    known = ask("GET", "routeTables/rt").headers["ETag"]
    azure.emulator.edit(azure.id("routeTables/rt"), {"tags": {"by": "somebody"}})
    body = {"location": "eastus"} if method == "PUT" else None
    answer = ask(method, "routeTables/rt", json=body, headers={"If-Match": known})
    assert (answer.status_code, answer.json()["error"]["code"]) == (412, "PreconditionFailed")
    details = [each["code"] for each in answer.json()["error"]["details"]]
    assert details == ["PreconditionFailedEtagMismatch"]
    assert ask("GET", "routeTables/rt").json()["tags"] == {"by": "somebody"}


def test_the_etag_that_is_there_lets_a_network_be_written(azure: Any, ask: Any) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    known = ask("GET", "routeTables/rt").headers["ETag"]
    answer = ask("PUT", "routeTables/rt", json={"location": "eastus"}, headers={"If-Match": known})
    assert answer.status_code == 200


def test_a_record_set_is_not_made_twice_where_it_may_not_be_there(azure: Any, ask: Any) -> None:
    azure.emulator.put(azure.id(ZONE), {"location": "global"})
    absent = {"If-None-Match": "*"}
    assert ask("PUT", f"{ZONE}/A/db", DNS, json=RECORD, headers=absent).status_code == 201
    again = ask("PUT", f"{ZONE}/A/db", DNS, json=OTHER, headers=absent)
    assert (again.status_code, again.json()["code"]) == (412, "PreconditionFailed")
    kept = ask("GET", f"{ZONE}/A/db", DNS).json()["properties"]["aRecords"]
    assert kept == [{"ipv4Address": "10.1.3.4"}]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_stale_etag_changes_no_record_set(azure: Any, ask: Any, method: str) -> None:
    azure.emulator.put(azure.id(ZONE), {"location": "global"})
    ask("PUT", f"{ZONE}/A/db", DNS, json=RECORD)
    body = OTHER if method != "DELETE" else None
    answer = ask(method, f"{ZONE}/A/db", DNS, json=body, headers={"If-Match": "a-stale-one"})
    assert (answer.status_code, answer.json()["code"]) == (412, "PreconditionFailed")
    kept = ask("GET", f"{ZONE}/A/db", DNS).json()["properties"]["aRecords"]
    assert kept == [{"ipv4Address": "10.1.3.4"}]


def test_a_missing_record_set_is_told_without_an_envelope(azure: Any, ask: Any) -> None:
    azure.emulator.put(azure.id(ZONE), {"location": "global"})
    answer = ask("GET", f"{ZONE}/A/db", DNS)
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")
