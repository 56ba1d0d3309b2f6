"""What the answers of Azure mean: each judge takes a body and what was asked for, and tells.

Pure functions of plain JSON. What they find is told in words, whether good or bad.
"""

from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

from shared.deployment.messages import Json
from shared.planning.validation.admission import admission
from shared.planning.validation.seen import Seen, judged

POSTGRESQL = 5432


def gateway_provisioned(body: Json, asked: Json) -> Seen:
    """The ExpressRoute gateway."""
    state = body["properties"].get("provisioningState")
    return judged(f"provisioningState is {state}", good=state == "Succeeded")


def circuit_provisioned(body: Json, asked: Json) -> Seen:
    """The circuit, by Microsoft, by its provider, and its private peering."""
    properties = body["properties"]
    peerings = {p["name"]: p["properties"].get("state") for p in properties.get("peerings") or []}
    states = {
        "the circuit": (properties.get("circuitProvisioningState"), "Enabled"),
        "its provider's side": (properties.get("serviceProviderProvisioningState"), "Provisioned"),
        "its private peering": (peerings.get("AzurePrivatePeering", "absent"), "Enabled"),
    }
    bad = [f"{what} is {state}" for what, (state, wanted) in states.items() if state != wanted]
    return judged(", ".join(bad) or "enabled, provisioned and peered", good=not bad)


def circuit_connected(body: Json, asked: Json) -> Seen:
    """The connection of gateway and circuit."""
    status = body["properties"].get("connectionStatus", "Unknown")
    return judged(f"connectionStatus is {status}", good=status == "Connected")


def hub_peered(body: Json, asked: Json) -> Seen:
    """Our side of the peering with the hub, which shows whether the hub's is there."""
    properties = body["properties"]
    state, used = properties.get("peeringState"), bool(properties.get("useRemoteGateways"))
    good = state == "Connected" and used == asked["hubGateway"]
    of_gateway = "the hub's gateway is used" if used else "the hub's gateway is not used"
    owner = f"; its owner runs {asked['hubCommand']}" if state != "Connected" else ""
    return judged(f"peeringState is {state}, {of_gateway}{owner}", good=good)


def server_ready(body: Json, asked: Json) -> Seen:
    """The database server."""
    properties = body["properties"]
    state, name = properties.get("state"), properties.get("fullyQualifiedDomainName")
    return judged(f"state is {state}, its name is {name}", good=state == "Ready" and bool(name))


def parameters_in_effect(body: Json, asked: Json) -> Seen:
    """No parameter waits for a restart, and clients must use TLS."""
    found = {item["name"]: item["properties"] for item in body.get("value") or []}
    waiting = sorted(name for name, p in found.items() if p.get("isConfigPendingRestart"))
    secure = str(found.get("require_secure_transport", {}).get("value", "unknown")).lower()
    bad = [f"{name} waits for a restart" for name in waiting]
    if secure not in {"on", "true"}:
        bad.append(f"require_secure_transport is {secure}")
    return judged(", ".join(bad) or "no restart is pending, TLS is required", good=not bad)


def replica_follows(body: Json, asked: Json) -> Seen:
    """The copy in the second region is ready, and follows."""
    properties = body["properties"]
    role, state = properties.get("replicationRole"), properties.get("state")
    good = role in {"AsyncReplica", "GeoAsyncReplica"} and state == "Ready"
    return judged(f"the replica is {role}, {state}", good=good)


def name_resolvable(body: Json, asked: Json) -> Seen:
    """The private zone leads into the subnet of the database, and nowhere else."""
    addresses = [
        record["ipv4Address"]
        for found in body.get("value") or []
        for record in found["properties"].get("aRecords") or []
    ]
    subnets = [IPv4Network(p) for p in (asked["databaseSubnet"], *asked.get("replicas", []))]
    good = bool(addresses) and all(
        any(IPv4Address(each) in subnet for subnet in subnets) for each in addresses
    )
    return judged(f"the zone leads to {', '.join(addresses) or 'nothing'}", good=good)


def zone_linked(body: Json, asked: Json) -> Seen:
    """The hub network resolves the zone."""
    state = body["properties"].get("virtualNetworkLinkState")
    network = str((body["properties"].get("virtualNetwork") or {}).get("id", ""))
    good = state == "Completed" and network.casefold() == asked["network"].casefold()
    return judged(f"the link to {network.rpartition('/')[2]} is {state}", good=good)


def gateway_running(body: Json, asked: Json) -> Seen:
    """The application gateway."""
    state = body["properties"].get("operationalState")
    return judged(f"operationalState is {state}", good=state == "Running")


def gateway_listens(body: Json, asked: Json) -> Seen:
    """A listener for TCP on the private address and each port that clients use."""
    properties = body["properties"]
    addresses = _by_id(properties, "frontendIPConfigurations", "privateIPAddress")
    ports = _by_id(properties, "frontendPorts", "port")
    found = [
        (
            addresses.get(_id(listener, "frontendIPConfiguration")) or "a public address",
            ports.get(_id(listener, "frontendPort")),
        )
        for listener in properties.get("listeners") or []
    ]
    there = ", ".join(f"{address}:{port}" for address, port in found)
    missing = [port for port in asked["ports"] if (asked["gatewayAddress"], port) not in found]
    return judged(f"listens on {there or 'no port for TCP'}", good=not missing)


def firewall_attached(body: Json, asked: Json) -> Seen:
    """The WAF policy."""
    policy = str((body["properties"].get("firewallPolicy") or {}).get("id", ""))
    good = policy.casefold() == asked["firewall"].casefold()
    return judged(f"the policy is {policy.rpartition('/')[2] or 'absent'}", good=good)


def backend_healthy(body: Json, asked: Json) -> Seen:
    """What the gateway's own probes have found."""
    servers = [
        server
        for pool in body.get("backendAddressPools") or []
        for settings in (
            *(pool.get("backendHttpSettingsCollection") or []),
            *(pool.get("backendSettingsCollection") or []),
        )
        for server in settings.get("servers") or []
    ]
    seen = ", ".join(f"{s.get('address')} is {s.get('health')}" for s in servers)
    good = bool(servers) and all(s.get("health") in {"Up", "Healthy"} for s in servers)
    return judged(seen or "the backend pool is empty", good=good)


def certificate_valid(body: Json, asked: Json) -> Seen:
    """The certificate of the HTTPS listener, as the vault tells of it."""
    told, now = body.get("attributes") or {}, datetime.fromisoformat(asked["at"])
    begins, ends = (datetime.fromtimestamp(told.get(name, 0), UTC) for name in ("nbf", "exp"))
    if begins > now:
        return judged(f"it begins on {begins:%Y-%m-%d}", good=False)
    return judged(f"it ends on {ends:%Y-%m-%d}", good=ends > now)


def on_premises_admitted(body: Json, asked: Json) -> Seen:
    """The security group, where it is in force, lets every on-premises network in."""
    answers = {
        (prefix, port): admission(body, source=prefix, port=port)
        for prefix in asked["onPremises"]
        for port in asked["ports"]
    }
    shut = [
        f"{prefix} is stopped by {answer.rule}{'' if port == POSTGRESQL else f' at {port}'}"
        for (prefix, port), answer in answers.items()
        if not answer.allowed
    ]
    if not body["properties"].get("subnets"):
        shut.append("it is attached to no subnet")
    return judged(", ".join(shut) or f"{', '.join(asked['onPremises'])} may come in", good=not shut)


def port_reachable(body: Json, asked: Json) -> Seen:
    """Network Watcher's own try from the jump box."""
    status = body.get("connectionStatus", "Unknown")
    issues = [
        str(issue.get("type"))
        for hop in body.get("hops") or []
        for issue in hop.get("issues") or []
    ]
    found = "; ".join([f"port {POSTGRESQL} is {status} from the jump box", *issues])
    return judged(found, good=status in {"Reachable", "Connected"})


def _by_id(properties: Json, collection: str, value: str) -> Json:
    return {
        str(item.get("id", "")).casefold(): item["properties"].get(value)
        for item in properties.get(collection) or []
    }


def _id(item: Json, reference: str) -> str:
    return str((item["properties"].get(reference) or {}).get("id", "")).casefold()
