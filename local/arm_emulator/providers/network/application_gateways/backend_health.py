"""The health of an application gateway's backends, judged from what is emulated."""

from local.arm_emulator.providers.network.watcher.reachability import judge, subnet_source
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json

# A rule's collection, its property for the settings, and the collection of those.
RULES = (
    ("routingRules", "backendSettings", "backendSettingsCollection"),
    ("requestRoutingRules", "backendHttpSettings", "backendHttpSettingsCollection"),
)


def backend_health(world: World, gateway: Resource) -> Json:
    """Every pool with the settings by which rules use it; a pool without a rule is not probed.

    Both kinds of settings are shown below `backendHttpSettingsCollection`: the SDK's
    ApplicationGatewayBackendHealthPool knows no other place.
    """
    pools = []
    for pool in gateway.properties.get("backendAddressPools") or []:
        used = [
            {
                "backendHttpSettings": {"id": settings["id"]},
                "servers": [
                    _server(world, gateway, target, settings["properties"])
                    for target in pool["properties"].get("backendAddresses") or []
                ],
            }
            for settings in _settings_of(gateway, pool["id"])
        ]
        pools.append(
            {"backendAddressPool": {"id": pool["id"]}, "backendHttpSettingsCollection": used}
        )
    return {"backendAddressPools": pools}


def _settings_of(gateway: Resource, pool_id: str) -> list[Json]:
    found: dict[str, Json] = {}
    for rules, via, collection in RULES:
        known = {s["id"].lower(): s for s in gateway.properties.get(collection) or []}
        for rule in gateway.properties.get(rules) or []:
            inner = rule["properties"]
            pool = str((inner.get("backendAddressPool") or {}).get("id", ""))
            settings = known.get(str((inner.get(via) or {}).get("id", "")).lower())
            if settings is not None and pool.lower() == pool_id.lower():
                found[settings["id"]] = settings
    return list(found.values())


def _server(world: World, gateway: Resource, target: Json, settings: Json) -> Json:
    address = str(target.get("fqdn") or target.get("ipAddress") or "")
    subnet = gateway.properties["gatewayIPConfigurations"][0]["properties"]["subnet"]["id"]
    port = int(settings.get("port", 5432))
    found = judge(world, subnet_source(world, subnet), address, port)
    said = [each["type"] for each in (*found.outbound, *found.inbound)]
    log = ""
    if said:
        log = f"Cannot connect to the backend server: {', '.join(said)}."
    elif (
        str(settings.get("protocol", "")).lower() in ("http", "https")
        and "/flexibleservers/" in found.resource.lower()
    ):
        # PostgreSQL closes a connection that does not begin with its own startup message.
        log = "Received no valid HTTP response from the backend server."
    unknown = "DnsResolution" in said
    health = "Unknown" if unknown else "Down" if log else "Up"
    return {"address": address, "health": health, "healthProbeLog": log}
