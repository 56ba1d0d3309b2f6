"""No body makes the emulator fail: whatever is sent, it is taken or refused.

Every place of the body that makes a resource is emptied, taken out, doubled, or given something of
another kind, by PUT and by PATCH.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.arm_emulator import ArmEmulator
from local.arm_emulator.wire.messages import Request
from tests.local.arm_emulator.conformance.facts import Fact, Kind, kinds
from tests.local.arm_emulator.conformance.world import QUIET, World, api_version

JUNK: tuple[Any, ...] = ({}, [], "", None, [{}], [{"name": "x"}], "x", -1, {"id": "x"}, [None])
Place = tuple[str | int, ...]


def places(node: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every place in a body with what is there, from the outside in."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*at, key), value
        if isinstance(value, dict | list):
            yield from places(value, (*at, key))


def hostile(body: Any) -> Iterator[Any]:
    """The body with one thing wrong; a list has its first item twice."""
    for at, value in places(body):
        doubled = [value + value[:1]] if isinstance(value, list) else []
        for junk in (*JUNK, *doubled):
            changed = copy.deepcopy(body)
            node = changed
            for key in at[:-1]:
                node = node[key]
            node[at[-1]] = copy.deepcopy(junk)
            yield changed


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.type.partition("/")[2])
def test_no_body_makes_the_emulator_fail(
    emulator: ArmEmulator, web: requests.Session, kind: Kind, method: str
) -> None:
    world = World(emulator, web)
    world.prepare(Fact(kind, "", "PUT", 200, "", settings={"duration_factor": 0.0}))
    path, query = world.path(kind.at), {"api-version": api_version(kind.type)}
    headers = {"authorization": str(web.headers["Authorization"])}

    def ask(verb: str, body: Any = None) -> int:
        request = Request(verb, path, query, headers, world.filled(body))
        return emulator.cloud.handle(request).status

    if method == "PATCH":
        ask("PUT", kind.body)
    for body in hostile(kind.body):
        assert ask(method, body) in (*range(200, 500), 501), body
        if method == "PUT":
            emulator.remove(path)
    emulator.advance(QUIET.total_seconds())
    assert ask("GET") in (200, 404)
