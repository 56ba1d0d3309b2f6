"""Machines that run what they are given: each on its own network, with real servers behind it."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import trustme

from local.arm_emulator.guest import sandbox
from local.arm_emulator.guest.servers import Servers
from local.arm_emulator.providers.network.watcher.endpoints import gateways, passed_on, ports
from local.arm_emulator.providers.network.watcher.name_resolution import (
    SERVER,
    ZONE,
    resolve,
    server_at,
)
from local.arm_emulator.providers.network.watcher.reachability import (
    PGBOUNCER,
    POSTGRESQL,
    Source,
    judge,
    network_of,
    start_of,
    subnet_source,
)
from local.arm_emulator.state.guests import Ended, Script
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.postgres import PostgresMissing


class Machines:
    """The guests of an emulator. Where nothing can be run here, nothing is known of a script's end.

    Args:
        world: what there is for them to come to.
        authority: the root that machines trust and servers are issued by.
    """

    def __init__(self, world: World, authority: Callable[[], trustme.CA]) -> None:
        self._world = world
        self._authority = authority

    def run(self, machine: Resource, script: Script) -> Ended:
        """Run a script in a sandbox, with what is emulated around it."""
        world = self._world
        _, source = start_of(world, machine)
        authority = self._authority()
        with tempfile.TemporaryDirectory(prefix="servers-") as name:
            store = Path(name, "store.pem")
            authority.cert_pem.write_to_path(str(store))
            network = network_seen_from(world, source)
            try:
                with Servers(world, authority.issue_cert, Path(name)) as servers:
                    where = {key: servers.start(key) for key in set(network.open.values()) - {""}}
                    return sandbox.run(script, network, where.get, store)
            except (sandbox.SandboxMissing, PostgresMissing) as error:
                return Ended("Unknown", message=str(error))


def network_seen_from(world: World, source: Source) -> sandbox.Network:
    """Everything that a machine can name or come to, judged port by port."""
    network = network_of(source.subnet)
    names = _names(world, network)
    there = [(address, ports(gateway)) for gateway, address in gateways(world)]
    there += [(address, set()) for address in names.values()]
    opened: dict[tuple[str, int], str] = {}
    silent: set[tuple[str, int]] = set()
    for address, listened in there:
        for port in {POSTGRESQL, PGBOUNCER, *listened}:
            found = judge(world, source, address, port)
            issues = {each["type"] for each in (*found.outbound, *found.inbound)}
            if not issues:
                opened[address, port] = _behind(world, address, port)
            elif issues != {"GuestFirewall"}:
                silent.add((address, port))
    addresses = frozenset([source.address, *(address for address, _ in there)])
    return sandbox.Network(names, addresses, opened, frozenset(silent))


def _names(world: World, network: str) -> dict[str, str]:
    """Every name of a server or of a private zone that resolves in a network."""
    known: list[str] = []
    for subscription in world.subscriptions:
        for server in world.store.of_type(subscription, SERVER):
            known.append(str(server.properties.get("fullyQualifiedDomainName")))
        for zone in world.store.of_type(subscription, ZONE):
            records = world.store.in_collection(f"{zone.id}/A")
            known += [f"{each.id.name}.{zone.id.name}" for each in records]
    found = {name: resolve(world, network, name) for name in known}
    return {name: address for name, address in found.items() if address}


def _behind(world: World, address: str, port: int) -> str:
    """The key of the server that answers at an address; nothing where nobody does."""
    server = server_at(world, address)
    if server is not None:
        return server.key
    for gateway, there in gateways(world):
        if there == address:
            subnet = gateway.properties["gatewayIPConfigurations"][0]["properties"]["subnet"]["id"]
            source = subnet_source(world, subnet)
            for name, number in passed_on(gateway, address, port):
                found = judge(world, source, name, number)
                server = server_at(world, found.address) if found.reachable else None
                if server is not None:
                    return server.key
    return ""
