"""Faults to plant in a deployment in which all is well, and what has to find each, by name."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.certificates import cer_of
from tests.conftest import Simulation

Json = dict[str, Any]
NAME = "validated"
HOST = "pgadmin.corp.example"


class Deployed:
    """A deployment in which all is well, to be broken by a test."""

    def __init__(self, world: Simulation) -> None:
        self.world, self.azure = world, world.azure

    def id(self, kind: str, *inside: str) -> str:
        """The id of the one resource of a type whose name holds some words."""
        (found,) = [
            i
            for i, body in self.world.resources().items()
            if body.get("type", "").casefold() == f"microsoft.{kind}"
            and all(word in i for word in (NAME, *inside))
        ]
        return found

    def edit(self, kind: str, *inside: str, **properties: Any) -> None:
        """Change properties of a resource, as somebody else would."""
        self.azure.edit(self.id(kind, *inside), {"properties": properties})

    def body(self, kind: str, *inside: str) -> Json:
        """A resource as Azure shows it."""
        found: Json = self.world.resources()[self.id(kind, *inside)]["properties"]
        return found

    def password(self) -> str:
        """What the app takes for the password of the server."""
        return str(self.azure.cloud.keyvault.value(f"{NAME}-postgres-admin"))

    def validate(self) -> dict[str, Json]:
        """Run every check; the steps by key."""
        told = self.world.finish(self.world.request("POST", f"deployments/{NAME}/validate"))
        return {step["key"]: step for step in told["steps"]} | {"": told}


def gateway_not_provisioned(there: Deployed) -> None:
    there.edit("network/virtualnetworkgateways", provisioningState="Failed")


def connection_not_connected(there: Deployed) -> None:
    resource = there.azure.cloud.store.get(there.id("network/connections"))
    assert resource is not None
    resource.notes["connectionStatus"] = "NotConnected"


def circuit_down(there: Deployed) -> None:
    (circuit,) = [i for i in there.world.resources() if "expressRouteCircuits" in i]
    down = {"properties": {"serviceProviderProvisioningState": "Deprovisioning"}}
    there.azure.edit(circuit, down)


def route_not_announced(there: Deployed) -> None:
    there.azure.settings({"announced_prefixes": ["192.168.0.0/16"]})


def server_stopped(there: Deployed) -> None:
    there.edit("dbforpostgresql/flexibleservers", state="Stopped")


def restart_pending(there: Deployed) -> None:
    there.edit(
        "dbforpostgresql/flexibleservers/configurations",
        "max_connections",
        isConfigPendingRestart=True,
    )


def clear_text_allowed(there: Deployed) -> None:
    server = there.id("dbforpostgresql/flexibleservers")
    there.azure.put(
        f"{server}/configurations/require_secure_transport", {"properties": {"value": "off"}}
    )


def record_gone(there: Deployed) -> None:
    there.azure.remove(there.id("network/privatednszones/a"))


def record_elsewhere(there: Deployed) -> None:
    there.edit("network/privatednszones/a", aRecords=[{"ipv4Address": "10.1.4.77"}])


def zone_unlinked(there: Deployed) -> None:
    there.azure.remove(there.id("network/privatednszones/virtualnetworklinks"))


def gateway_stopped(there: Deployed) -> None:
    there.edit("network/applicationgateways", operationalState="Stopped")


def other_port(there: Deployed) -> None:
    ports = there.body("network/applicationgateways")["frontendPorts"]
    for port in ports:
        if port["properties"]["port"] == 5432:
            port["properties"]["port"] = 5433
    there.edit("network/applicationgateways", frontendPorts=ports)


def firewall_detached(there: Deployed) -> None:
    there.edit("network/applicationgateways", firewallPolicy=None)


def certificate_expired(there: Deployed) -> None:
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    cer = cer_of(HOST, begins=begins, ends=begins + timedelta(days=90))
    there.azure.set_certificate("listener", cer)


def _without(there: Deployed, group: str, *names: str) -> None:
    rules = there.body("network/networksecuritygroups", group)["securityRules"]
    kept = [rule for rule in rules if rule["name"] not in names]
    assert len(kept) < len(rules)
    there.edit("network/networksecuritygroups", group, securityRules=kept)


def database_shut_to_on_premises(there: Deployed) -> None:
    _without(there, "nsg-database", "AllowExpressRouteToPostgreSQL")


def gateway_shut_to_on_premises(there: Deployed) -> None:
    _without(there, "nsg-application-gateway", "AllowOnPremises")


def denied_above(there: Deployed) -> None:
    """Everything of ours is there, and a rule above it denies a part of on-premises."""
    rules = there.body("network/networksecuritygroups", "nsg-database")["securityRules"]
    deny = json.loads(json.dumps(rules[0])) | {"name": "DenyBranch"}
    del deny["id"]
    deny["properties"] = {
        "priority": 100,
        "direction": "Inbound",
        "access": "Deny",
        "protocol": "*",
        "sourcePortRange": "*",
        "sourceAddressPrefix": "10.20.7.0/24",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "5000-6000",
    }
    there.edit("network/networksecuritygroups", "nsg-database", securityRules=[*rules, deny])


def backend_shut_off(there: Deployed) -> None:
    _without(there, "nsg-database", "AllowApplicationGatewayToPostgreSQL")


def jump_box_shut_off(there: Deployed) -> None:
    _without(there, "nsg-database", "AllowManagementToPostgreSQL")


def replies_dropped(there: Deployed) -> None:
    route = {
        "name": "drop",
        "properties": {"addressPrefix": "10.20.0.0/16", "nextHopType": "None"},
    }
    there.edit("network/routetables", routes=[route])


PLANTED: list[tuple[Callable[[Deployed], None], str, str]] = [
    (gateway_not_provisioned, "gateway-provisioned", "provisioningState is Failed"),
    (circuit_down, "circuit-provisioned", "its provider's side is Deprovisioning"),
    (connection_not_connected, "circuit-connected", "connectionStatus is NotConnected"),
    (route_not_announced, "routes-learned", "no route to 10.20.0.0/16"),
    (server_stopped, "server-ready", "state is Stopped"),
    (restart_pending, "parameters-in-effect", "max_connections waits for a restart"),
    (clear_text_allowed, "parameters-in-effect", "require_secure_transport is off"),
    (record_gone, "name-resolvable", "the zone leads to nothing"),
    (record_elsewhere, "name-resolvable", "the zone leads to 10.1.4.77"),
    (zone_unlinked, "zone-linked", "ResourceNotFound"),
    (gateway_stopped, "gateway-running", "operationalState is Stopped"),
    (other_port, "gateway-listening", "listens on 10.1.2.10:5433"),
    (firewall_detached, "firewall-attached", "the policy is absent"),
    (certificate_expired, "certificate-valid", "it ends on 2020-03-31"),
    (backend_shut_off, "backend-healthy", "is Down"),
    (database_shut_to_on_premises, "database-admits", "is stopped by DenyAllInbound"),
    (denied_above, "database-admits", "10.20.0.0/16 is stopped by DenyBranch"),
    (gateway_shut_to_on_premises, "gateway-admits", "is stopped by DenyAllInbound"),
    (replies_dropped, "routes-lead-back", "drop leads 10.20.0.0/16 to None"),
    (jump_box_shut_off, "database-reachable", "NetworkSecurityRule"),
]


def wrong_password(there: Deployed) -> None:
    there.azure.set_secret(f"{NAME}-postgres-admin", "Another-1-password")


QUERIED: list[tuple[Callable[[Deployed], None], str]] = [
    (wrong_password, "direct login: 28P01"),
    (other_port, "gateway port: Connection refused"),
    (record_elsewhere, "direct name: 10.1.4.77"),
    (record_gone, "direct name: "),
    (jump_box_shut_off, "direct port: no answer within 10 s"),
    (server_stopped, "direct port: no answer within 10 s"),
    (backend_shut_off, "gateway encryption: "),
    (restart_pending, "direct restart: waiting: max_connections"),
    (clear_text_allowed, "direct clear text: SASL is asked for, without TLS"),
]
