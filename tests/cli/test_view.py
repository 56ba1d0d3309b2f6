"""What is shown of an operation that waits for approval."""

import io
from typing import Any

import pytest
from rich.console import Console

from cli.terminal.plan_view import plan, summary
from cli.terminal.text import entries
from cli.terminal.view import follow, picture

Json = dict[str, Any]

STEP: Json = {"key": "route-table", "action": "create", "id": "/the/route-table", "changes": []}
STEP |= {"dependsOn": [], "expectedSeconds": 5}
WAITING: Json = {
    "id": "db-1",
    "kind": "deploy",
    "deployment": "db",
    "status": "Running",
    "phase": "awaiting-approval",
    "startedAt": "2026-01-01T00:00:00+00:00",
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
    assert shown.count("hybriddb deployment approve db-1") == 1


def running(key: str, **more: Any) -> Json:
    """A step that has run for six minutes."""
    step = {"key": key, "action": "create", "state": "running", "attempts": 1}
    return {**step, "expectedSeconds": 1500, "startedAt": "2026-01-01T00:01:00+00:00", **more}


def settled(key: str, state: str = "succeeded") -> Json:
    """A step that has just ended."""
    return running(key, state=state, settledAt="2026-01-01T00:07:00+00:00")


def deploying(steps: list[Json], **more: Any) -> Json:
    """An operation in the middle of its walk."""
    told = {"kind": "deploy", "deployment": "db", "status": "Running", "phase": "deploying"}
    times = {"startedAt": "2026-01-01T00:00:00+00:00", "expectedEnd": "2026-01-01T00:34:00+00:00"}
    return {**told, **times, "steps": steps, "criticalPath": ["express-route-gateway"], **more}


def drawn(told: Json, width: int) -> list[str]:
    """The picture of an operation, line by line."""
    text = io.StringIO()
    Console(file=text, width=width).print(picture(told, width))
    return [line.rstrip() for line in text.getvalue().splitlines()]


MIDDLE = deploying(
    [
        settled("resource-group"),
        settled("virtual-network"),
        running("express-route-gateway"),
        running("postgres-server", attempts=2, detail="ServerIsBusy", expectedSeconds=480),
        {"key": "connection", "action": "create", "state": "waiting", "expectedSeconds": 180},
    ]
)
TITLE = "deploy db: Running, deploying, expected to end at 2026-01-01T00:34:00+00:00"


def test_what_runs_is_on_top_and_what_is_done_is_counted_at_80_columns() -> None:
    assert drawn(MIDDLE, 80) == [
        TITLE,
        "*  express-route-gateway  create  6m 00s of 25m 00s",
        "   postgres-server        create  6m 00s of 8m 00s   try 2 ServerIsBusy",
        "   connection             create  about 3m 00s",
        "  2 of 5 done",
    ]


def test_there_is_a_bar_where_there_is_room_at_140_columns() -> None:
    shown = drawn(MIDDLE, 140)
    assert shown[0] == TITLE
    assert shown[1].startswith("*  express-route-gateway  create  6m 00s of 25m 00s  \u2501\u2501")
    assert shown[2].endswith("try 2 ServerIsBusy")
    assert len(shown) == 5


BACK = deploying(
    [
        {**running("bastion"), "action": "delete", "expectedSeconds": 300},
        {**settled("jump-box", "failed"), "action": "delete", "failure": {"code": "Busy"}},
        {**settled("route-table"), "action": "delete"},
    ],
    phase="rolling-back",
    criticalPath=["bastion"],
    failure={"code": "QuotaExceeded", "message": "application-gateway: no room is left"},
)
BAR = "\u2501"


def test_a_deployment_in_the_middle_is_drawn_like_this_at_140_columns() -> None:
    assert drawn(MIDDLE, 140) == [
        TITLE,
        f"*  express-route-gateway  create  6m 00s of 25m 00s  {4 * BAR}",
        f"   postgres-server        create  6m 00s of 8m 00s   {13 * BAR}╸      try 2 ServerIsBusy",
        "   connection             create  about 3m 00s",
        "  2 of 5 done",
    ]


@pytest.mark.parametrize(("width", "room", "bar"), [(80, "", ""), (140, 20 * " ", 17 * BAR)])
def test_a_rollback_is_drawn_like_this(width: int, room: str, bar: str) -> None:
    assert drawn(BACK, width) == [
        "deploy db: Running, rolling-back, expected to end at 2026-01-01T00:34:00+00:00",
        f"   jump-box  delete  6m 00s of 25m 00s  {room}Busy",
        f"*  bastion   delete  6m 00s of 5m 00s   {bar}".rstrip(),
        "  1 of 3 done",
        "  QuotaExceeded: application-gateway: no room is left",
    ]


def test_a_rollback_has_a_colour_of_its_own() -> None:
    text = io.StringIO()
    console = Console(file=text, width=80, force_terminal=True, color_system="standard")
    console.print(picture(BACK, 80))
    title, _, step = text.getvalue().splitlines()[:3]
    assert "\x1b[1;35m" in title  # bold magenta
    assert "\x1b[35mbastion" in step


def test_a_picture_of_forty_steps_fits_80_columns_and_15_rows() -> None:
    failure = {"code": "QuotaExceeded", "message": "there is no room left " * 20}
    told = deploying([running(f"step-{n}") for n in range(40)], failure=failure)
    shown = drawn(told, 80)
    assert len(shown) == 15
    assert max(map(len, shown)) <= 80
    assert "0 of 40 done, 28 more to come" in shown[-2]


def change(key: str, action: str, **more: Any) -> Json:
    """A step of a plan."""
    step = {"key": key, "action": action, "id": f"/the/{key}", "changes": [], "dependsOn": []}
    return {**step, "expectedSeconds": 60, **more}


PLANNED: Json = {
    "plan": [
        change("route-table", "create"),
        change("waf-policy", "create"),
        change(
            "postgres-server",
            "update",
            changes=[{"path": "sku.name", "before": "a", "after": "b", "certainty": "unsettled"}],
            monthlyCost={"before": 144.66, "after": 274.66},
            expectedSeconds=240,
        ),
        change("bastion", "replace"),
        change("virtual-network", "no-op"),
    ],
    "warnings": [
        {"code": "GatewayHasNoPublicIp", "target": "gateway", "message": "it needs none"},
        {"code": "UpdateDisturbs", "target": "postgres-server", "message": "it restarts"},
    ],
    "monthlyCost": {"before": 1000.0, "after": 1130.0, "currency": "USD", "complete": True},
}


def test_a_plan_is_summed_up_in_one_line() -> None:
    assert summary(PLANNED) == (
        "2 to create, 1 to update, 1 to replace, 0 to delete; +130.00 USD/month; "
        "about 4m 00s, 4m 00s of it with interruption"
    )


def test_what_disturbs_comes_first_and_what_stays_or_is_known_is_folded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan(Console(width=200), PLANNED, known=PLANNED["warnings"][:1])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["~", "postgres-server", "144.66", "->", "274.66", "interrupts"]
    assert lines[3].strip() == "sku.name: a -> b (unsettled)"
    assert "    1 unchanged (--all shows them)" in lines
    assert lines[-1] == "  1 warning(s) as before (--all shows them)"
    assert "UpdateDisturbs" in lines[-2]


def test_a_plan_unfolds_everything_where_that_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan(Console(width=200), PLANNED, known=PLANNED["warnings"], everything=True)
    shown = capsys.readouterr().out
    assert "/the/virtual-network" in shown
    assert "GatewayHasNoPublicIp" in shown
    assert "--all" not in shown


def test_what_does_not_fit_into_the_title_is_told_on_the_last_line() -> None:
    name = "a-name-of-forty-letters-" + "x" * 16
    assert drawn(deploying([running("bastion")]) | {"deployment": name}, 80) == [
        f"deploy {name}: Running, deploying",
        "   bastion  create  about 25m 00s",
        "  0 of 1 done, expected to end at 2026-01-01T00:34:00+00:00",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"before": None, "after": "db"}, "+ tags.team: db"),
        ({"before": "db", "after": None}, "- tags.team: db"),
        ({"before": True, "after": False}, "  tags.team: true -> false"),
        (
            {"before": 7, "after": 14, "origin": "edit", "by": "mallory", "oneWay": True},
            "  tags.team: 7 -> 14 (edited in Azure by mallory, cannot go back)",
        ),
    ],
)
def test_a_change_is_told_without_a_word_of_python(
    capsys: pytest.CaptureFixture[str], change: Json, told: str
) -> None:
    step = {**STEP, "action": "update", "changes": [{"path": "tags.team", **change}]}
    plan(Console(width=200), WAITING | {"plan": [step]})
    assert f"    {told}" in capsys.readouterr().out.splitlines()


def test_what_holds_more_is_set_further_in_and_no_python_is_shown() -> None:
    said = io.StringIO()
    entries(
        Console(file=said, width=40), {"port": 5432, "node": {"config": {"keepAlive": "x" * 40}}}
    )
    assert said.getvalue().splitlines() == [
        "  port: 5432",
        "  node:",
        "    config:",
        f"      keepAlive: {'x' * 40}",
    ]
