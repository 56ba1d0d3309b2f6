"""What is shown of an operation that waits for approval."""

import io
from typing import Any

import pytest
from rich.console import Console

from cli.view import follow

Json = dict[str, Any]

STEP: Json = {"key": "route-table", "action": "create", "id": "/the/route-table", "changes": []}
WAITING: Json = {
    "id": "db-1",
    "kind": "deploy",
    "deployment": "db",
    "status": "Running",
    "phase": "awaiting-approval",
    "approveBefore": "2026-01-02T00:00:00+00:00",
    "plan": [STEP],
    "warnings": [{"code": "GatewayHasNoPublicIp", "message": "it needs none"}],
}
REJECTED: Json = WAITING | {"status": "Canceled", "phase": "finished"}


@pytest.mark.parametrize("terminal", [True, False])
def test_the_plan_to_be_approved_is_shown_once_with_the_way_to_do_it(terminal: bool) -> None:
    text = io.StringIO()
    console = Console(file=text, width=160, force_terminal=terminal)
    assert follow(console, iter([WAITING, WAITING, REJECTED])) == REJECTED
    shown = text.getvalue()
    assert shown.count("/the/route-table") == 1
    assert shown.count("GatewayHasNoPublicIp") == 1
    assert shown.count("python -m cli approve db-1") == 1
