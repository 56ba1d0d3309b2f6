"""What ends a connection on which little happens."""

from typing import Any

import pytest

from local.arm_emulator.providers.network.watcher.idling import Cut, cut
from tests.local.arm_emulator.connected import FRONTEND, GATEWAY, connect, gateway_body

FOUR_HOURS = 14_400.0


@pytest.fixture
def stack(azure: Any) -> Any:
    """A gateway that waits for four hours, before a database."""
    there = connect(azure)
    body = gateway_body(there)
    body["properties"]["backendSettingsCollection"][0]["properties"]["timeout"] = int(FOUR_HOURS)
    there.emulator.put(there.id(GATEWAY), body)
    return there


@pytest.mark.parametrize(
    ("keepalive", "data", "ended"),
    [
        (None, None, Cut(300.0, "frontend")),
        (7200.0, None, Cut(300.0, "frontend")),
        (301.0, 3600.0, Cut(300.0, "frontend")),
        (None, 299.0, None),
        (120.0, None, Cut(FOUR_HOURS, "proxy")),
        (120.0, FOUR_HOURS + 1, Cut(FOUR_HOURS, "proxy")),
        (120.0, 3600.0, None),
        (300.0, FOUR_HOURS, None),
    ],
)
def test_packets_hold_the_frontend_and_data_alone_the_proxy(
    stack: Any, keepalive: float | None, data: float | None, ended: Cut | None
) -> None:
    assert cut(stack.emulator.cloud, FRONTEND, 5432, keepalive=keepalive, data=data) == ended


def test_a_direct_connection_is_ended_by_neither(stack: Any) -> None:
    assert cut(stack.emulator.cloud, "10.1.3.4", 5432, keepalive=None) is None


def test_with_thirty_seconds_every_pool_that_rests_is_cut(stack: Any) -> None:
    body = gateway_body(stack)
    body["properties"]["backendSettingsCollection"][0]["properties"]["timeout"] = 30
    stack.emulator.put(stack.id(GATEWAY), body)
    assert cut(stack.emulator.cloud, FRONTEND, 5432, keepalive=10) == Cut(30.0, "proxy")
