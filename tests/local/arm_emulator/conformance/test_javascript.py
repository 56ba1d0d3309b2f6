"""Microsoft's JavaScript SDKs lead every type through its life, and meet a part of the facts."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.arm_emulator import ArmEmulator
from tests.local.arm_emulator.conformance.facts import Fact, Json, Kind, facts, unmet
from tests.local.arm_emulator.conformance.javascript import JavaScript, group_of
from tests.local.arm_emulator.conformance.world import World

KINDS = tuple({each.kind.type: each.kind for each in facts() if each.kind.sdk}.values())
VERBS = {"PUT": "createOrUpdate", "GET": "get", "DELETE": "delete"}
CREATE = {"postgresql.databases": "create"}  # instead of createOrUpdate
WRITES = [each for each in facts() if each.request == "PUT" and each.status < 300]
MADE = {each.kind.type for each in WRITES if each.id not in unmet()}
LIVES = [each for each in KINDS if each.type in MADE and not each.type.endswith("/configurations")]


def leaves_out(change: Any) -> bool:
    """Whether a change takes something out of a body."""
    return change is None or (isinstance(change, dict) and any(map(leaves_out, change.values())))


# A part of the facts: one of five of those that an SDK can ask for at all. It sends no header or
# query of ours and nothing that its model lacks; what the model requires it fills in itself.
ASKABLE = [
    each
    for each in facts()
    if each.kind in LIVES
    and each.request in VERBS
    and not each.query
    and not each.send
    and not each.settings  # a client registers a namespace by itself, and looks again
    and each.error != "InvalidRequestFormat"
    and not leaves_out(each.change)
]
PART = [each for each in ASKABLE if each.id not in unmet()][::5]


@pytest.fixture(scope="module")
def node(shared_emulator: ArmEmulator) -> Iterator[JavaScript]:
    with JavaScript(shared_emulator) as started:
        yield started


@pytest.fixture
def world(emulator: ArmEmulator, web: requests.Session) -> World:
    return World(emulator, web)


@pytest.mark.parametrize("kind", LIVES, ids=lambda kind: kind.type.partition("/")[2])
def test_a_resource_is_made_read_written_and_deleted(
    node: JavaScript, world: World, kind: Kind
) -> None:
    world.prepare(Fact(kind, "", "GET", 404, ""))
    group, names, body = group_of(kind), kind.names(), world.filled(kind.body)

    def call(method: str, sent: Json | None = None) -> Json:
        world.rest()
        return node.call(group, method, names, sent)

    put = CREATE.get(kind.sdk, "createOrUpdate")
    assert call("get")["status"] == 404
    made = call(put, body)
    assert "result" in made, made
    shown = call("get")
    assert shown["result"]["name"] == names[-1], shown
    assert "result" in call(put, body)
    assert "result" in call("delete")
    assert call("get")["status"] == 404


def test_a_parameter_is_read_and_written(node: JavaScript, world: World) -> None:
    kind = next(each for each in KINDS if each.type.endswith("/configurations"))
    world.prepare(Fact(kind, "", "GET", 200, ""))
    names = kind.names()
    before = node.call("postgresql.configurations", "get", names)["result"]
    written = node.call("postgresql.configurations", "put", names, kind.body)
    assert "result" in written, written
    after = node.call("postgresql.configurations", "get", names)["result"]
    assert (before["value"], after["value"]) == ("4096", "8192")


@pytest.mark.parametrize("fact", PART, ids=lambda fact: fact.id)
def test_the_sdk_is_answered_as_azure_did(node: JavaScript, world: World, fact: Fact) -> None:
    world.prepare(fact)
    names, body = fact.kind.names(fact.group), world.body(fact)
    method = VERBS[fact.method]
    if fact.method == "PUT":
        method = CREATE.get(fact.kind.sdk, method)
    told = node.call(group_of(fact.kind), method, names, body, wait=False)
    assert told["statuses"][0] == fact.status, told
    if fact.status >= 400:
        assert told["status"] == fact.status
        assert told["code"] == (fact.error or told["code"])
