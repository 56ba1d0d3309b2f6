"""What has an address inside of a virtual network, beside database servers."""

from collections.abc import Iterator

from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json

GATEWAY = "Microsoft.Network/applicationGateways"
INTERFACE = "Microsoft.Network/networkInterfaces"


def gateways(world: World) -> Iterator[tuple[Resource, str]]:
    """Every application gateway by each private address of its frontends."""
    for subscription in world.subscriptions:
        for each in world.store.of_type(subscription, GATEWAY):
            for frontend in each.properties.get("frontendIPConfigurations") or []:
                address = frontend["properties"].get("privateIPAddress")
                if address:
                    yield each, str(address)


def gateway_at(world: World, address: str) -> Resource | None:
    """The application gateway with a private address."""
    return next((each for each, there in gateways(world) if there == address), None)


def interface_at(world: World, address: str) -> Resource | None:
    """The network interface with a private address."""
    for subscription in world.subscriptions:
        for each in world.store.of_type(subscription, INTERFACE):
            for settings in each.properties.get("ipConfigurations") or []:
                if settings["properties"].get("privateIPAddress") == address:
                    return each
    return None


def ports(gateway: Resource) -> set[int]:
    """The ports on which a gateway listens for TCP."""
    numbers = {p["id"].lower(): p["properties"]["port"] for p in _items(gateway, "frontendPorts")}
    used = (_id(each, "frontendPort") for each in _items(gateway, "listeners"))
    return {int(numbers[id_]) for id_ in used if id_ in numbers}


def passed_on(gateway: Resource, address: str, port: int) -> list[tuple[str, int]]:
    """Where a gateway passes on what reaches its address and port: names or addresses, ports."""
    return [
        (str(target.get("fqdn") or target.get("ipAddress")), int(used["properties"]["port"]))
        for pool, used in ways(gateway, address, port)
        for target in pool["properties"].get("backendAddresses") or []
    ]


def ways(gateway: Resource, address: str, port: int) -> list[tuple[Json, Json]]:
    """The pools and backend settings to which the rules of a gateway lead from its address."""
    frontends = {
        f["id"].lower(): f["properties"].get("privateIPAddress")
        for f in _items(gateway, "frontendIPConfigurations")
    }
    numbers = {p["id"].lower(): p["properties"]["port"] for p in _items(gateway, "frontendPorts")}
    listening = {
        each["id"].lower()
        for each in _items(gateway, "listeners")
        if frontends.get(_id(each, "frontendIPConfiguration")) == address
        and numbers.get(_id(each, "frontendPort")) == port
    }
    pools = {each["id"].lower(): each for each in _items(gateway, "backendAddressPools")}
    settings = {each["id"].lower(): each for each in _items(gateway, "backendSettingsCollection")}
    return [
        (pool, used)
        for rule in _items(gateway, "routingRules")
        if _id(rule, "listener") in listening
        and (pool := pools.get(_id(rule, "backendAddressPool")))
        and (used := settings.get(_id(rule, "backendSettings")))
    ]


def _items(gateway: Resource, collection: str) -> list[Json]:
    return gateway.properties.get(collection) or []


def _id(item: Json, reference: str) -> str:
    return str((item["properties"].get(reference) or {}).get("id", "")).lower()
