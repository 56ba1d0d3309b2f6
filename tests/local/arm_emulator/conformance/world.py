"""Where a fact is tried: an emulated cloud in the state it asks for, and the answer it gets."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.settings import Settings
from local.clock import VirtualClock
from tests.local.arm_emulator.conformance.facts import Fact, Json, given

IDENTITIES = "@Microsoft.ManagedIdentity/"  # are named by keys, not by values
QUIET = timedelta(minutes=10)  # indexes lag and servers are busy no longer than that
API_VERSIONS = {
    "Microsoft.Network": "2026-03-01",
    "Microsoft.Network/privateDnsZones": "2024-06-01",
    "Microsoft.Network/dnsResolvers": "2025-05-01",
    "Microsoft.Network/dnsForwardingRulesets": "2025-05-01",
    "Microsoft.OperationalInsights": "2025-07-01",
    "Microsoft.Insights/diagnosticSettings": "2021-05-01-preview",
    "Microsoft.Insights/actionGroups": "2023-01-01",
    "Microsoft.Insights/metricAlerts": "2018-03-01",
    "Microsoft.Insights/activityLogAlerts": "2020-10-01",
    "Microsoft.Insights/workbooks": "2023-06-01",
    "Microsoft.ManagedIdentity": "2024-11-30",
    "Microsoft.Security": "2024-01-01",
    "Microsoft.Storage": "2023-05-01",
    "Microsoft.DBforPostgreSQL": "2026-10-01",
    "Microsoft.Compute": "2025-04-01",
    "Microsoft.Compute/disks": "2025-01-02",
    "Microsoft.Resources": "2025-04-01",
    "Microsoft.Authorization/locks": "2020-05-01",
    "Microsoft.Authorization/roleAssignments": "2022-04-01",
    "Microsoft.Authorization/policyAssignments": "2026-07-01",
}


def api_version(type_name: str) -> str:
    """The version that the SDKs send, of the longest name that fits."""
    fitting = [name for name in API_VERSIONS if type_name.lower().startswith(name.lower())]
    return API_VERSIONS[max(fitting, key=len)]


@dataclass
class World:
    """An emulator with a virtual clock, and a session that is allowed to ask it anything."""

    emulator: ArmEmulator
    session: requests.Session

    def prepare(self, fact: Fact) -> None:
        """An empty cloud, then what the fact finds there."""
        clock = VirtualClock()
        self.emulator.cloud.clock = clock
        quiet = {"duration_spread": 0.0, "throttling": False, "operation_url_padding": 64}
        self.emulator.cloud.settings = Settings(**quiet, **fact.settings)  # type: ignore[arg-type]
        self.emulator.reset()
        self.emulator.put(self.path("/subscriptions/{subscription}/resourceGroups/rg"), EAST)
        for name in (*fact.kind.needs, *fact.given):
            if name == "self":
                clock.advance(QUIET)
                self.make(fact)
            else:
                at, body = given()[name]
                self.emulator.put(self.path(at), self.filled(body))
        clock.advance(QUIET)
        for name in fact.running:
            self.start(*given()[name])

    def start(self, at: str, body: Json) -> None:
        """Put something that a fact finds there, and leave its operation running."""
        type_name = at if at.startswith("Microsoft.") else f"Microsoft.Network/{at}"
        version = {"api-version": api_version(type_name)}
        url = self.emulator.url + self.path(at)
        answer = self.session.put(url, params=version, json=self.filled(body))
        if not answer.ok:
            raise Unprepared(f"{at} is refused: {answer.text:.300}")

    def make(self, fact: Fact) -> None:
        """Put the resource itself, as a client does."""
        answer = self.ask(Fact(fact.kind, "", "PUT", 200, ""))
        if not answer.ok:
            raise Unprepared(f"the resource itself is refused: {answer.text:.300}")
        self.settle()

    def path(self, at: str, group: str = "rg") -> str:
        """The id that a short path stands for."""
        subscription = self.emulator.cloud.settings.subscription_id
        if at.startswith("/"):
            return at.replace("{subscription}", subscription)
        provider = at if at.startswith("Microsoft.") else f"Microsoft.Network/{at}"
        return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}"

    def filled(self, body: Any) -> Any:
        """A body with ``@virtualNetworks/vnet`` replaced by the id it stands for."""
        if isinstance(body, dict):
            names = {key: self.filled(key) if key.startswith(IDENTITIES) else key for key in body}
            return {names[key]: self.filled(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self.filled(each) for each in body]
        return self.path(body[1:]) if isinstance(body, str) and body.startswith("@") else body

    def body(self, fact: Fact) -> Any:
        """What the fact sends."""
        if fact.method not in ("PUT", "PATCH", "POST"):
            return None
        if fact.body is not None or fact.method != "PUT":
            return self.filled(fact.body)
        return self.filled(merged(fact.kind.body, fact.change))

    def ask(self, fact: Fact) -> requests.Response:
        """The fact's own request."""
        at = fact.request.partition(" ")[2] or fact.kind.at
        query = {"api-version": api_version(fact.kind.type), **fact.query}
        return self.session.request(
            fact.method,
            self.emulator.url + self.path(at, fact.group),
            params={name: value for name, value in query.items() if value},
            json=self.body(fact),
            headers=dict(fact.send),
        )

    def poll(self, answer: requests.Response) -> Json:
        """What the monitor of the operation that an answer announces says, and by which status."""
        headers = answer.headers
        monitor = headers.get("Azure-AsyncOperation") or headers.get("Location")
        if monitor is None:
            return {}
        polled = self.session.get(monitor)
        return {"http": polled.status_code, **(json_of(polled) or {})}

    def rest(self) -> None:
        """Let time pass until nobody is busy."""
        self.emulator.advance(QUIET.total_seconds())

    def settle(self) -> None:
        """Let every running operation end."""
        for _ in range(50):
            if self.emulator.clock()["nextEnd"] is None:
                return
            self.rest()

    def shown(self, fact: Fact) -> requests.Response:
        """The resource, as a GET shows it."""
        version = {"api-version": api_version(fact.kind.type)}
        return self.session.get(self.emulator.url + self.path(fact.kind.at), params=version)


class Unprepared(Exception):
    """What a fact needs beforehand cannot be made."""


EAST: Json = {"location": "eastus"}


def merged(body: Any, change: Any) -> Any:
    """A body with a change laid over it: mappings are merged, a None removes."""
    if not isinstance(body, dict) or not isinstance(change, dict):
        return change
    laid = {key: merged(body.get(key), value) for key, value in change.items()}
    return {key: value for key, value in {**body, **laid}.items() if value is not None}


def differences(pattern: Any, found: Any, at: str = "") -> Iterator[str]:
    """Where what was found is not as the pattern says.

    A mapping states some keys (None: absent), a list some items in any order (an empty one: no
    item), ``~`` begins a regular expression for the whole text, everything else is equal.
    """
    match pattern:
        case None:
            if found is not None:
                yield f"{at} is {found!r}, expected nothing"
        case dict():
            if not isinstance(found, Mapping):
                yield f"{at} is {found!r}, expected an object"
                return
            for key, inner in pattern.items():
                yield from differences(inner, found.get(key), f"{at}.{key}".lstrip("."))
        case list():
            items = found if isinstance(found, list) else None
            if items is None or (not pattern and items):
                yield f"{at} is {found!r}, expected {pattern!r}"
                return
            for each in pattern:
                if all(list(differences(each, item)) for item in items):
                    yield f"{at} has no {each!r}: {items!r:.300}"
        case str() if pattern.startswith("~"):
            if not isinstance(found, str) or not re.fullmatch(pattern[1:], found, re.DOTALL):
                yield f"{at} is {found!r}, expected {pattern[1:]}"
        case _:
            if found != pattern or isinstance(found, bool) != isinstance(pattern, bool):
                yield f"{at} is {found!r}, expected {pattern!r}"


def json_of(answer: requests.Response) -> Any:
    """The body of an answer; None where there is none."""
    return answer.json() if answer.content else None


def judge(fact: Fact, world: World) -> list[str]:
    """Everything in which the emulator differs from the fact; an empty list is agreement."""
    try:
        world.prepare(fact)
    except Unprepared as error:
        return [str(error)]
    answer = world.ask(fact)
    return [*_first(fact, answer)] or [*_later(fact, world, answer)]


def _later(fact: Fact, world: World, answer: requests.Response) -> Iterator[str]:
    """The differences while the operation runs, and when it has ended."""
    if fact.polled is not None:
        yield from differences(fact.polled, world.poll(answer), "polled")
    if fact.ends is not None or fact.shows is not None:
        world.settle()
    if fact.ends is not None:
        yield from differences(fact.ends, world.poll(answer), "ends")
    if fact.shows == "nothing":
        yield from differences(404, world.shown(fact).status_code, "shows")
    elif fact.shows is not None:
        yield from differences(fact.shows, json_of(world.shown(fact)), "shows")


def _first(fact: Fact, answer: requests.Response) -> Iterator[str]:
    """The differences in the answer itself; a wrong status says enough."""
    body = json_of(answer)
    if answer.status_code != fact.status:
        yield f"status is {answer.status_code}, expected {fact.status}: {answer.text:.300}"
        return
    code = _code(body)
    if fact.error and code != fact.error:
        yield f"error is {code}, expected {fact.error}: {answer.text:.300}"
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for name, pattern in fact.header.items():
        yield from differences(pattern, headers.get(name.lower()), name)
    if fact.answer is not None:
        yield from differences(fact.answer, body)


def _code(body: Any) -> str:
    """The code of a refusal; record sets have theirs without the envelope."""
    inner = body if isinstance(body, dict) else {}
    return str(inner.get("error", inner).get("code", ""))
