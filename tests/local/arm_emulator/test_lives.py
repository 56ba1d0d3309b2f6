"""Every type is created, polled, read, updated and deleted by the real SDK clients."""

from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from local.arm_emulator.providers import TYPES
from tests.local.arm_emulator.lives import ALWAYS_THERE, LIVES, SERVER, ZONE, Life, server


def names(lives: tuple[Life, ...]) -> list[str]:
    return [f"{life.type.partition('/')[2]}/{life.at[-1].rpartition('/')[2]}" for life in lives]


PASSING = (
    "timeModified",
    "revision",
    "etag",
    "earliestRestoreDate",
    "modifiedDate",
    "updatedOn",
    "updatedBy",
    "startTime",
)
NOT_ALLOWED = (405, "HttpMethodNotSupported")
NAMESPACES = (
    "Microsoft.Network",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.Compute",
    "Microsoft.Insights",
    "Microsoft.OperationalInsights",
    "Microsoft.ManagedIdentity",
    "Microsoft.Storage",
)


def finish(azure: Any, answer: Any) -> None:
    if hasattr(answer, "result"):
        answer.result()
    azure.advance(seconds=30)  # past ServerIsBusy


def merge(body: Any, change: Any) -> Any:
    if not isinstance(change, dict):
        return change
    return body | {key: merge(body.get(key, {}), value) for key, value in change.items()}


def holds(shown: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return all(holds(shown.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return all(holds(one, other) for one, other in zip(shown, wanted, strict=True))
    return bool(shown == wanted)


def prepare(azure: Any, life: Life) -> Any:
    for path, before in life.beforehand(azure):
        azure.emulator.put(azure.id(path), before)
    azure.advance(seconds=30)
    return life.group(azure)


@pytest.mark.parametrize("life", LIVES, ids=names(LIVES))
def test_a_resource_is_created_read_updated_and_deleted(network: Any, life: Life) -> None:
    group, body = prepare(network, life), life.body(network)
    read = getattr(group, life.read)
    with pytest.raises(ResourceNotFoundError):
        read(*life.at)
    finish(network, getattr(group, life.create)(*life.at, body))
    assert read(*life.at).id.rpartition("/")[2] == life.at[-1].rpartition("/")[2]
    update, sent = life.create, merge(body, life.change)
    if life.update:
        update, sent = life.update, life.change
    finish(network, getattr(group, update)(*life.at, sent))
    assert holds(read(*life.at).as_dict(), life.change)
    finish(network, getattr(group, life.delete)(*life.at))
    with pytest.raises(ResourceNotFoundError):
        read(*life.at)


def lasting(node: Any) -> Any:
    """A body without what every write changes."""
    if isinstance(node, dict):
        return {key: lasting(value) for key, value in node.items() if key not in PASSING}
    return [lasting(each) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize("life", LIVES, ids=names(LIVES))
def test_what_a_get_shows_can_be_put_again_and_changes_nothing(network: Any, life: Life) -> None:
    group, body = prepare(network, life), life.body(network)
    write, read = getattr(group, life.create), getattr(group, life.read)
    finish(network, write(*life.at, body))
    network.advance(minutes=10)  # a connection is up by then
    shown = read(*life.at)
    finish(network, write(*life.at, shown))
    assert lasting(read(*life.at).as_dict()) == lasting(shown.as_dict())


@pytest.mark.parametrize("life", ALWAYS_THERE, ids=names(ALWAYS_THERE))
def test_what_is_always_there_is_read_and_written(network: Any, life: Life) -> None:
    group = prepare(network, life)
    read, write = getattr(group, life.read), getattr(group, life.create)
    assert not holds(read(*life.at).as_dict(), life.body(network))
    for body in (life.body(network), merge(life.body(network), life.change)):
        finish(network, write(*life.at, body))
        assert holds(read(*life.at).as_dict(), body)


def test_what_is_always_there_is_never_deleted(network: Any, web: Any) -> None:
    network.emulator.put(network.id(f"{SERVER}/db-1"), server(network))
    for child in ("configurations/work_mem", "advancedThreatProtectionSettings/Default"):
        url = network.emulator.url + network.id(f"{SERVER}/db-1/{child}")
        answer = web.delete(url, params={"api-version": "2026-10-01"})
        assert (answer.status_code, answer.json()["error"]["code"]) == NOT_ALLOWED


def test_the_zones_own_record_stays(network: Any, refusal: Any) -> None:
    network.emulator.put(network.id(f"privateDnsZones/{ZONE}"), {"location": "global"})
    gone = network.dns.record_sets.delete
    assert refusal(gone, "rg", ZONE, "SOA", "@") == "405 HttpMethodNotSupported"
    network.dns.record_sets.update("rg", ZONE, "SOA", "@", {"properties": {"ttl": 60}})
    assert network.dns.private_zones.get("rg", ZONE).properties.number_of_record_sets == 1


def test_no_type_is_left_out() -> None:
    every = {
        name
        for each in TYPES
        if each.type.partition("/")[0] in NAMESPACES
        for name in (each.type, *(f"{each.type}/{child}" for child in each.children))
    }
    assert every - {life.type for life in (*LIVES, *ALWAYS_THERE)} == set()
