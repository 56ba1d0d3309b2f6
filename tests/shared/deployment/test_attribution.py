"""Who changed what: told where Azure knows it for sure, and not otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.deployment.changes.attribution import Event, attributed

Json = dict[str, Any]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GROUP = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg"
SERVER = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/db"
RECORD = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/z/A/www"
WRITE = "Microsoft.Network/networkSecurityGroups/write"


def event(by: str, ago: timedelta, changes: Json | None = None, **more: Any) -> Event:
    made = Event(
        id=more.get("id", GROUP),
        at=(NOW - ago).isoformat(),
        by=by,
        operation=more.get("operation", WRITE),
        correlationId=f"of {by}",
    )
    if changes is not None:
        made["changes"] = changes
    return made


def change(path: str = "properties.a", before: Any = "open", **more: Any) -> Json:
    return {"id": GROUP, "class": "changed", "path": path, "before": before, **more}


def to(new: Any, old: Any = "shut", path: str = "properties.a") -> Json:
    return {path: {"previousValue": old, "newValue": new}}


def told(found: Json, graph: list[Event], log: list[Event] | None = None, **more: Any) -> Json:
    options: Any = {"ours": "app", "since": NOW - 5 * HOUR, "seen_before": True, "now": NOW} | more
    return dict(attributed(found, graph, log or [], **options))


def test_a_property_is_of_whoever_made_it_what_it_is() -> None:
    graph = [event("ann", 3 * HOUR, to("open")), event("ben", 2 * HOUR, {"tags.x": {}})]
    known = told(change(), graph)
    assert (known["status"], known["by"], known["correlationId"]) == ("known", "ann", "of ann")
    assert known["at"] == (NOW - 3 * HOUR).isoformat()


def test_of_two_who_changed_it_the_last_counts() -> None:
    graph = [event("ann", 3 * HOUR, to("ajar")), event("ben", 2 * HOUR, to("open", "ajar"))]
    assert told(change(), graph)["by"] == "ben"


def test_a_last_change_to_something_else_is_not_taken_for_an_earlier_one() -> None:
    graph = [event("ann", 3 * HOUR, to("open")), event("ben", 2 * HOUR, to("ajar", "open"))]
    assert told(change(), graph)["status"] == "unknown"


def test_a_part_of_a_list_that_changed_as_a_whole_is_of_whoever_changed_that_part() -> None:
    def rules(first: str, second: str) -> list[Json]:
        return [{"name": "a", "access": first}, {"name": "b", "access": second}]

    steps = [rules("Deny", "Deny"), rules("Allow", "Deny"), rules("Allow", "Allow")]
    graph = [
        event("ann", 3 * HOUR, to(steps[1], steps[0], "properties.rules")),
        event("ben", 2 * HOUR, to(steps[2], steps[1], "properties.rules")),
    ]
    assert told(change("properties.rules[a].access", "Allow"), graph)["by"] == "ann"
    assert told(change("properties.rules[b].access", "Allow"), graph)["by"] == "ben"


def test_what_azure_does_by_itself_is_azures() -> None:
    assert told(change(), [event("System", HOUR, to("open"))])["status"] == "azure"


def test_the_nearest_writer_is_not_blamed_for_what_resource_graph_does_not_show() -> None:
    assert told(change(), [], [event("ann", HOUR)])["status"] == "unknown"


def test_what_was_written_before_it_was_last_as_declared_is_no_cause() -> None:
    graph = [event("ann", 6 * HOUR, to("open"))]
    assert told(change(), graph)["status"] == "unknown"
    graph = [event("ann", 3 * HOUR, to("open")), event("APP", 2 * HOUR, {"tags.x": {}})]
    assert told(change(), graph)["status"] == "unknown", "the app has put it right since"


def test_a_type_that_resource_graph_does_not_hold_is_of_its_only_writer() -> None:
    for resource in (RECORD, f"{SERVER}/configurations/log_statement"):
        log = [event("ann", HOUR, id=resource), event("app", 2 * HOUR, id=resource)]
        assert told(change(id=resource), [], log)["by"] == "ann"


def test_of_two_writers_to_such_a_type_neither_is_named() -> None:
    log = [event("ann", HOUR, id=RECORD), event("ben", HOUR / 2, id=RECORD)]
    assert told(change(id=RECORD), [], log)["status"] == "unknown"


def test_a_deletion_is_of_whoever_deleted() -> None:
    gone = {"id": GROUP, "class": "missing"}
    log = [event("ann", 2 * HOUR), event("ben", HOUR, operation=WRITE.replace("write", "delete"))]
    assert told(gone, [], log)["by"] == "ben"


def test_what_is_found_for_the_first_time_is_pending_while_azure_is_late() -> None:
    assert told(change(), [], seen_before=False)["status"] == "pending"
    assert told(change(), [], since=NOW - timedelta(minutes=5))["status"] == "pending"


def test_what_is_older_than_azure_remembers_is_too_old() -> None:
    assert told(change(), [], since=NOW - timedelta(days=15))["status"] == "tooOld"
