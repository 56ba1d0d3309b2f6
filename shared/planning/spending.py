"""What a drift check costs of what Azure lets us read, and what was heard of how much that is.

A scan sets its reads aside before it makes them, and comes back when it is their turn. Whoever
waits for an answer reads at once; what that leaves, Azure's own answers tell.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.azure.clients import azure_clients
from shared.azure.rates import DNS
from shared.deployment.budget import Kind
from shared.deployment.drift_check import DriftRequest, Turn
from shared.deployment.messages import Step
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.observing import targets
from shared.planning.triage import looked_at, places
from shared.records.budgets import Budgets
from shared.records.entities import Record
from shared.settings import settings

AT_ONCE = timedelta(seconds=0.5)  # what is due within that is due now


def turn(
    record: Record, spec: DeploymentSpec, order: DriftRequest, budgets: Budgets
) -> Turn | None:
    """When to come back for a check that is not to be made now; its reads are set aside by then."""
    if "quiet" not in order or order.get("paid") or order.get("failure") or record.busy:
        return None
    now, waits = datetime.fromisoformat(order["at"]), [timedelta()]
    asked = looked_at(record, spec) if order["quiet"] else _everything(record, spec)
    for subscription, reads in _cost(asked).items():
        waits.append(budgets.take(subscription, settings().region, reads, now))
    if max(waits) < AT_ONCE:
        return None
    return Turn(quiet=order["quiet"], paid=True, waitSeconds=max(waits).total_seconds())


def tell(subscriptions: Iterable[str], budgets: Budgets, at: str) -> None:
    """Note what Azure's answers have told of some subscriptions."""
    for subscription in subscriptions:
        if heard := azure_clients(subscription).rates.heard():
            budgets.tell(subscription, settings().region, heard, datetime.fromisoformat(at))


def tell_of(steps: Iterable[Step], budgets: Budgets, at: str) -> None:
    """Note what was told of the subscriptions that a plan is about."""
    tell({ResourceId.of(step["id"]).subscription for step in steps}, budgets, at)


def reached(record: Record, spec: DeploymentSpec) -> set[str]:
    """The subscriptions in which a deployment has something."""
    return {ResourceId.of(t.id).subscription for t in targets(spec, record.inventory).values()}


def _everything(record: Record, spec: DeploymentSpec) -> list[str]:
    """Ids of what is read where everything is: each resource, and the lists of what lies beside."""
    wanted = [target.id for target in targets(spec, record.inventory).values()]
    return [*wanted, *2 * list(places(record.inventory))]


def _cost(ids: Iterable[str]) -> dict[str, Counter[Kind]]:
    """The reads in each subscription, by kind."""
    found: dict[str, Counter[Kind]] = {}
    for i in ids:
        counted = found.setdefault(ResourceId.of(i).subscription, Counter())
        counted.update(["reads", "dns"] if DNS in f"{i}/".casefold() else ["reads"])
    return found
