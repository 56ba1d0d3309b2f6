"""Private zones, links and records by the real SDK."""

from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

ZONE = "corp.example"
A_RECORD = {"properties": {"ttl": 300, "aRecords": [{"ipv4Address": "10.1.2.10"}]}}


def error_of(refused: pytest.ExceptionInfo[HttpResponseError]) -> Any:
    return refused.value.error


@pytest.fixture
def zone(azure: Any) -> Any:
    """A zone, and a network to link it with."""
    azure.dns.private_zones.begin_create_or_update("rg", ZONE, {"location": "global"}).result()
    space = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}
    vnet = {"location": "eastus", "properties": space}
    azure.emulator.put(azure.id("virtualNetworks/vnet"), vnet)
    return azure


def link(azure: Any, zone: str = ZONE, name: str = "link") -> Any:
    body = {
        "location": "global",
        "properties": {
            "virtualNetwork": {"id": azure.id("virtualNetworks/vnet")},
            "registrationEnabled": False,
        },
    }
    return azure.dns.virtual_network_links.begin_create_or_update("rg", zone, name, body).result()


def test_a_zone_counts_its_records_and_links(zone: Any) -> None:
    zone.dns.record_sets.create_or_update("rg", ZONE, "A", "pg-proxy", A_RECORD)
    link(zone)
    found = zone.dns.private_zones.get("rg", ZONE).properties
    assert (found.number_of_record_sets, found.number_of_virtual_network_links) == (2, 1)


def test_a_write_of_a_zone_is_accepted_with_an_empty_object(azure: Any) -> None:
    started = azure.dns.private_zones.begin_create_or_update(
        "rg",
        ZONE,
        {"location": "global"},
        polling=False,
        cls=lambda raw, *_: raw.http_response,
    ).result()
    assert (started.status_code, started.json()) == (202, {})


def test_a_link_is_completed_once_its_operation_ends(zone: Any) -> None:
    assert link(zone).properties.virtual_network_link_state == "Completed"


def test_a_zone_with_links_cannot_be_deleted(zone: Any) -> None:
    link(zone)
    with pytest.raises(HttpResponseError) as refused:
        zone.dns.private_zones.begin_delete("rg", ZONE)
    assert refused.value.status_code == 409
    assert error_of(refused).code == "CannotDeleteResource"
    zone.dns.virtual_network_links.begin_delete("rg", ZONE, "link").result()
    zone.dns.private_zones.begin_delete("rg", ZONE).result()
    with pytest.raises(ResourceNotFoundError):
        zone.dns.private_zones.get("rg", ZONE)


def test_a_network_sees_one_zone_of_a_name(zone: Any) -> None:
    link(zone)
    zone.emulator.put(zone.id(f"privateDnsZones/{ZONE}", group="elsewhere"), {"location": "global"})
    body = {
        "location": "global",
        "properties": {"virtualNetwork": {"id": zone.id("virtualNetworks/vnet")}},
    }
    with pytest.raises(HttpResponseError) as refused:
        zone.dns.virtual_network_links.begin_create_or_update("elsewhere", ZONE, "link", body)
    assert error_of(refused).code == "BadRequest"
    assert "overlapping namespaces" in error_of(refused).message


def test_a_link_to_a_missing_zone_is_refused(azure: Any) -> None:
    with pytest.raises(HttpResponseError) as refused:
        link(azure, zone="no.example")
    assert error_of(refused).code == "ParentResourceNotFound"


def test_a_record_is_written_read_changed_and_deleted_at_once(zone: Any) -> None:
    records = zone.dns.record_sets
    made = records.create_or_update("rg", ZONE, "A", "pg-proxy", A_RECORD)
    assert made.properties.fqdn == "pg-proxy.corp.example."
    records.create_or_update("rg", ZONE, "A", "pg-proxy", {"properties": {"ttl": 60}})
    assert records.get("rg", ZONE, "A", "pg-proxy").properties.ttl == 60
    records.delete("rg", ZONE, "A", "pg-proxy")
    with pytest.raises(ResourceNotFoundError):
        records.get("rg", ZONE, "A", "pg-proxy")


def test_creating_only_if_absent_fails_at_the_end_of_the_operation(zone: Any) -> None:
    started = zone.dns.private_zones.begin_create_or_update(
        "rg", ZONE, {"location": "global"}, etag="*", match_condition=MatchConditions.IfMissing
    )
    with pytest.raises(HttpResponseError) as refused:
        started.result()
    assert "PreconditionFailed" in str(refused.value)


def test_a_zone_of_one_label_is_refused(azure: Any) -> None:
    with pytest.raises(HttpResponseError) as refused:
        azure.dns.private_zones.begin_create_or_update("rg", "corp", {"location": "global"})
    assert error_of(refused).code == "BadRequest"


def test_a_record_set_without_records_shows_an_empty_list(zone: Any) -> None:
    zone.dns.record_sets.create_or_update("rg", ZONE, "A", "empty", {"properties": {"ttl": 60}})
    assert zone.dns.record_sets.get("rg", ZONE, "A", "empty")["properties"]["aRecords"] == []
