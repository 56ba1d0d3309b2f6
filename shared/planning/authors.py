"""Puts a name to each difference of a drift report, as far as Azure knows one."""

import logging
from collections.abc import Collection
from datetime import datetime

from azure.core.exceptions import AzureError

from shared.azure.clients import clients_for
from shared.deployment.changes.attribution import KEPT, Attribution, attributed
from shared.deployment.changes.drift import shortened
from shared.deployment.drift_check import DriftReport
from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId
from shared.planning.history import graph_changes, logged_writes, own_object_id

log = logging.getLogger(__name__)

Identity = tuple[str, str, str, str]
PENDING = Attribution(status="pending")


def with_authors(report: DriftReport, previous: Json | None, *, created: str) -> DriftReport:
    """The report, each of its changes with who made it.

    An author that is known stays known; where Azure cannot be asked now, the answer is pending.

    Args:
        report: what has just been found.
        previous: the report before it, if there is one.
        created: when the deployment was, which is where its differences begin at the earliest.
    """
    last = previous or {"since": created, "changes": []}
    read = last.get("readAt") or last.get("checkedAt", created)  # a triage is late
    report["since"] = read if last.get("status") == "inSync" else last.get("since", created)
    before: dict[Identity, Json] = {_identity(change): change for change in last["changes"]}
    unknown = []
    for change in report["changes"]:
        if known := _known(before.get(_identity(change))):
            change["attribution"] = known
        else:
            unknown.append(change)
    by_subscription: dict[str, list[Json]] = {}
    for change in unknown:
        by_subscription.setdefault(ResourceId.of(change["id"]).subscription, []).append(change)
    for changes in by_subscription.values():
        _ask(changes, report, before.keys())
    return report


def _ask(changes: list[Json], report: DriftReport, seen: Collection[Identity]) -> None:
    """Ask Azure about the differences in one subscription."""
    clients = clients_for(changes[0]["id"])
    now, since = (datetime.fromisoformat(report[name]) for name in ("checkedAt", "since"))
    try:
        ours = own_object_id(clients.credential, clients.settings.arm_audience)
        graph = graph_changes(clients, [change["id"] for change in changes])
        groups = {ResourceId.of(change["id"]).group for change in changes}
        logged = list(logged_writes(clients, groups, max(since, now - KEPT)))
    except AzureError as error:
        log.info("who made the changes is not known yet: %s", type(error).__name__)
        for change in changes:
            change["attribution"] = PENDING
        return
    for change in changes:
        change["attribution"] = attributed(
            change,
            graph,
            logged,
            ours=ours,
            since=since,
            seen_before=_identity(change) in seen,
            now=now,
        )


def _identity(change: Json) -> Identity:
    there = str(shortened(change.get("before")))  # as the report before it has kept it
    return change["id"].casefold(), change["class"], change.get("path", ""), there


def _known(change: Json | None) -> Attribution | None:
    found: Attribution | None = (change or {}).get("attribution")
    return found if found and found["status"] in {"known", "azure"} else None
