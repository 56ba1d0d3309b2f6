"""The Application Gateway's document, option by option."""

import copy
from typing import Any

import pytest

from shared.deployment.messages import Json
from shared.resources.application_gateway import ApplicationGateway
from shared.resources.waf_policy import WafPolicy
from tests.shared.resources.conftest import MakeSpec

GATEWAY = ApplicationGateway()


def parts(body: Json, collection: str) -> dict[str, Any]:
    return {part["name"]: part["properties"] for part in body["properties"].get(collection, [])}


def test_postgresql_passes_on_layer_four(make_spec: MakeSpec) -> None:
    spec = make_spec("recipe")
    body = GATEWAY.tagged_body(spec)
    assert parts(body, "listeners")["postgresql"]["protocol"] == "Tcp"
    assert parts(body, "frontendPorts")["postgresql"]["port"] == 5432
    pool = parts(body, "backendAddressPools")["PostgreSQLBackendPool"]
    assert pool["backendAddresses"] == [{"fqdn": spec.server_fqdn}]
    assert "httpListeners" not in body["properties"]


def test_every_reference_inside_leads_to_a_part_of_the_same_gateway(make_spec: MakeSpec) -> None:
    spec = make_spec("full", postgres={"parameters": {"pgbouncer.enabled": "true"}})
    body = GATEWAY.tagged_body(spec)
    own = GATEWAY.id(spec)
    there = {
        f"{own}/{collection}/{part['name']}"
        for collection, items in body["properties"].items()
        if isinstance(items, list)
        for part in items
    }
    used = {reference for reference in _ids(body) if reference.startswith(f"{own}/")}
    assert used
    assert used <= there


def test_only_the_private_address_listens(make_spec: MakeSpec) -> None:
    spec = make_spec("full")
    body = GATEWAY.tagged_body(spec)
    listeners = [*parts(body, "listeners").values(), *parts(body, "httpListeners").values()]
    private = f"{GATEWAY.id(spec)}/frontendIPConfigurations/private"
    assert [each["frontendIPConfiguration"]["id"] for each in listeners] == [private, private]
    assert parts(body, "frontendIPConfigurations")["private"]["privateIPAddress"] == "10.1.2.20"


def test_a_tcp_probe_has_neither_host_nor_path(make_spec: MakeSpec) -> None:
    probe = parts(GATEWAY.tagged_body(make_spec("recipe")), "probes")["PostgreSQLHealthProbe"]
    assert set(probe) == {"protocol", "port", "interval", "timeout", "unhealthyThreshold"}
    assert probe["timeout"] <= probe["interval"]


def test_the_policy_is_attached_where_there_is_a_waf(make_spec: MakeSpec) -> None:
    spec = make_spec("recipe")
    properties = GATEWAY.tagged_body(spec)["properties"]
    assert properties["sku"]["name"] == "WAF_v2"
    assert properties["firewallPolicy"]["id"] == WafPolicy().id(spec)


def test_without_a_waf_there_is_no_policy(make_spec: MakeSpec) -> None:
    spec = make_spec("lean")
    properties = GATEWAY.tagged_body(spec)["properties"]
    assert properties["sku"]["name"] == "Standard_v2"
    assert "firewallPolicy" not in properties
    assert not WafPolicy().wanted(spec)


@pytest.mark.parametrize(("seconds", "given"), [(14400, {}), (600, {"idleTimeoutSeconds": 600})])
def test_a_session_may_idle_as_long_as_the_spec_says(
    make_spec: MakeSpec, seconds: int, given: Any
) -> None:
    body = GATEWAY.tagged_body(make_spec("recipe", gateway=given))
    assert parts(body, "backendSettingsCollection")["postgresql"]["timeout"] == seconds


@pytest.mark.parametrize("enabled", ["true", "ON"])
def test_the_gateway_leads_to_pgbouncer_where_it_runs(make_spec: MakeSpec, enabled: str) -> None:
    spec = make_spec("recipe", postgres={"parameters": {"pgbouncer.enabled": enabled}})
    body = GATEWAY.tagged_body(spec)
    assert {p["port"] for p in parts(body, "frontendPorts").values()} == {5432, 6432}
    assert parts(body, "backendSettingsCollection")["pgbouncer"]["port"] == 6432
    assert parts(body, "probes")["pgbouncer"]["port"] == 6432
    without = GATEWAY.tagged_body(make_spec("recipe"))
    sent = GATEWAY.update_body(without, GATEWAY.writable(body))
    assert sent["properties"] == without["properties"]


def test_a_web_application_has_its_own_path(make_spec: MakeSpec) -> None:
    body = GATEWAY.tagged_body(make_spec("full"))
    backends = parts(body, "backendAddressPools")["https"]["backendAddresses"]
    assert backends == [{"ipAddress": "10.1.4.10"}, {"fqdn": "pgadmin.internal.corp.example"}]
    priorities = [
        rule["priority"]
        for collection in ("routingRules", "requestRoutingRules")
        for rule in parts(body, collection).values()
    ]
    assert len(set(priorities)) == len(priorities) == 2


def test_ours_go_when_the_spec_drops_them_and_foreign_parts_stay(make_spec: MakeSpec) -> None:
    observed: Any = GATEWAY.tagged_body(make_spec("full"))
    foreign = {"name": "theirs", "properties": {"protocol": "Https"}}
    observed["properties"]["httpListeners"].append(copy.deepcopy(foreign))
    lean = make_spec("full", gateway={"https": None, "sku": "Standard_v2", "identityId": None})
    desired = GATEWAY.tagged_body(lean)
    gone = {c["path"] for c in GATEWAY.differences(desired, observed) if c["after"] is None}
    assert "properties.firewallPolicy" in gone
    assert "properties.httpListeners[https]" in gone
    sent = GATEWAY.update_body(desired, observed)
    assert sent["properties"]["httpListeners"] == [foreign]
    assert "firewallPolicy" not in sent["properties"]
    assert "identity" not in sent
    assert GATEWAY.differences(desired, sent) == []


def test_no_certificate_stays_behind_where_tls_is_passed_through_again(
    make_spec: MakeSpec,
) -> None:
    observed: Any = GATEWAY.tagged_body(make_spec("full"))
    certificate = {"name": "postgresql", "properties": {"keyVaultSecretId": "https://kv/a"}}
    observed["properties"]["sslCertificates"].append(certificate)
    listener = observed["properties"]["listeners"][0]["properties"]
    listener |= {"protocol": "Tls", "sslCertificate": {"id": "/a"}}
    desired = GATEWAY.tagged_body(make_spec("full"))
    sent = GATEWAY.update_body(desired, observed)
    assert parts(sent, "listeners") == parts(desired, "listeners")
    assert set(parts(sent, "sslCertificates")) == {"https"}


def test_a_gateway_that_does_not_run_is_degraded(make_spec: MakeSpec) -> None:
    observed = {"properties": {"provisioningState": "Succeeded", "operationalState": "Stopped"}}
    assert [change["before"] for change in GATEWAY.health(observed)] == ["Stopped"]


def _ids(body: Any) -> list[str]:
    if isinstance(body, dict):
        own = [body["id"]] if isinstance(body.get("id"), str) else []
        return own + [found for value in body.values() for found in _ids(value)]
    return [found for item in body for found in _ids(item)] if isinstance(body, list) else []
