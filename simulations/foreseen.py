"""Machines that run nothing: what the probe would find is foreseen from the reachability model.

A simulation makes thousands of deployments, and cannot start servers and a script for each. That
this says what the real probe says, a test proves on every fault that is planted there.
"""

import json
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from local.arm_emulator.guest.machines import network_seen_from
from local.arm_emulator.providers.dbforpostgresql.parameters import PARAMETERS
from local.arm_emulator.providers.network.watcher.reachability import start_of
from local.arm_emulator.state.guests import Ended, Script
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World

Json = dict[str, Any]
Found = tuple[str, str]  # a check and its state
PASSED, FAILED = "passed", "failed"
SWITCHED_ON = {"on", "true"}


class ForeseenMachines:
    """Guests of an emulator that answer for our own probe, and for no other script."""

    def __init__(self, world: World) -> None:
        self.world = world

    def run(self, machine: Resource, script: Script) -> Ended:
        """What the probe would print; nothing is known of anything else."""
        if "QUERY_PROBE" not in script.environment:
            return Ended("Unknown")
        asked = json.loads(script.environment["QUERY_PROBE"])
        password = script.environment["QUERY_PROBE_PASSWORD"]
        checks: list[Json] = []
        for number, path in enumerate(asked["paths"]):
            for check, state in self._climbed(machine, asked, path, password, first=number == 0):
                told = {"path": path["name"], "check": check, "state": state}
                checks.append({**told, "expected": "", "found": "foreseen"})
        good = all(check["state"] == PASSED for check in checks)
        trips = {path["name"]: {"p50": 0.0, "p95": 0.0, "p99": 0.0} for path in asked["paths"]}
        told = {"verdict": PASSED if good else FAILED, "checks": checks, "roundTrips": trips}
        code = 0 if good else 1
        return Ended("Succeeded" if good else "Failed", code, json.dumps(told))

    def _climbed(
        self, machine: Resource, asked: Json, path: Json, password: str, *, first: bool
    ) -> Iterator[Found]:
        """The checks of one way, up to the one that fails."""
        _, source = start_of(self.world, machine)
        network = network_seen_from(self.world, source)
        address = str(path.get("address", ""))
        if not address:
            address = network.names.get(asked["server"], "")
            inside = [ip_network(each) for each in path.get("within") or []]
            good = bool(address) and (
                not inside or any(ip_address(address) in each for each in inside)
            )
            yield "name", _state(good)
            if not good:
                return
        way = (address, int(path.get("port", 5432)))
        yield "port", _state(way in network.open)
        if way not in network.open:
            return
        server = self.world.store.get(network.open[way])
        yield "encryption", _state(server is not None)
        if server is None:
            return
        yield "certificate", PASSED
        known = server.secrets.get("administratorLoginPassword") == password
        yield "login", _state(known)
        if known:
            yield "query", PASSED
            yield from self._answers(server, asked) if first else ()

    def _answers(self, server: Resource, asked: Json) -> Iterator[Found]:
        """What the server says of itself."""
        there: dict[str, Json] = {
            each.id.name: each.properties
            for each in self.world.store.children(server.key)
            if each.id.type.lower().endswith("/configurations")
        }
        waiting = [name for name, found in there.items() if found.get("isConfigPendingRestart")]
        yield "version", _state(str(server.properties.get("version")) == asked["version"])
        yield "role", _state(server.properties.get("replicationRole") != "AsyncReplica")
        if asked["parameters"]:
            usual = {name: PARAMETERS[name].default for name in asked["parameters"]}
            shown = {n: str(there.get(n, {"value": v})["value"]) for n, v in usual.items()}
            good = all(_holds(shown[n], v) for n, v in asked["parameters"].items())
            yield "parameters", _state(good and not set(waiting) & set(shown))
        yield "restart", _state(not waiting)
        if asked["encryptedOnly"]:
            secure = there.get("require_secure_transport", {}).get("value", "on")
            yield "clear text", _state(str(secure).lower() in SWITCHED_ON)


def _state(good: bool) -> str:
    return PASSED if good else FAILED


def _holds(shown: str, wanted: Any) -> bool:
    """A list asks for its own elements alone."""
    there = {part.strip() for part in shown.split(",")}
    return set(wanted) <= there if isinstance(wanted, list) else shown == wanted
