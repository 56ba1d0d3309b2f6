"""One budget for all instances of the app."""

from datetime import UTC, datetime, timedelta

from local.azurite import Azurite
from shared.deployment.budget import Told
from shared.records.budgets import Budgets
from shared.records.tables import open_tables

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def instance(storage: Azurite) -> Budgets:
    """The budgets as one instance of the app has them."""
    deployments, *_ = open_tables(storage.connection_string, None, "deployments")
    return Budgets(deployments)


def test_instances_draw_from_one_bucket(storage: Azurite) -> None:
    one, other = instance(storage), instance(storage)
    waits = [each.take("shared", "", {"reads": 5}, NOW) for each in (one, other, one)]
    assert waits == [timedelta(), timedelta(), timedelta(seconds=2.5)]


def test_what_one_instance_was_told_another_one_knows(storage: Azurite) -> None:
    instance(storage).tell("told", "", {"reads": Told(0)}, NOW)
    assert instance(storage).take("told", "", {"reads": 1}, NOW) > timedelta()


def test_subscriptions_and_regions_have_budgets_of_their_own(storage: Azurite) -> None:
    budgets = instance(storage)
    budgets.tell("apart", "eastus", {"reads": Told(0)}, NOW)
    for subscription, region in (("apart", "westus"), ("other", "eastus")):
        assert budgets.take(subscription, region, {"reads": 1}, NOW) == timedelta()
