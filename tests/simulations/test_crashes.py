"""A crash after any durable change makes no difference; the world of each is one of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from shared.azure.clients import azure_clients, credential
from shared.azure.secrets import vaults
from shared.records.records import records
from shared.settings import settings
from simulations.crashes.exploring import Crash, Recording
from simulations.crashes.scenarios import SCENARIOS
from simulations.crashes.world import CrashingWorld

ONCE = {"method": "PUT", "type": "*/networkSecurityGroups", "status": 400, "code": "Refused"}


@pytest.fixture(scope="module")
def world() -> Iterator[CrashingWorld]:
    """A world of its own; what the app keeps for the life of a process leads to the others'."""
    with ExitStack() as stack:
        _forget_connections()
        yield CrashingWorld(stack)
    _forget_connections()


def _forget_connections() -> None:
    for kept in (settings, credential, azure_clients, records, vaults):
        kept.cache_clear()


def differing(recording: Recording, *, every: int = 1) -> list[Crash]:
    crashes = list(recording.crashes(first=0, every=every, whole=False))
    assert crashes
    return [crash for crash in crashes if crash.differing]


def test_a_crash_at_events_of_a_deployment_makes_no_difference(world: CrashingWorld) -> None:
    assert differing(Recording(world, SCENARIOS["deploy"]), every=12) == []


def test_a_crash_that_makes_a_difference_is_found(world: CrashingWorld) -> None:
    recording = Recording(world, replace(SCENARIOS["deploy"], faults=(ONCE,)))
    assert recording.ending["operation"]["failure"]["code"] == "Refused"
    struck = next(
        n for n, m in enumerate(recording.moments) if m.cloud.parts["faults"].all[0].struck
    )
    # Writes of one round go side by side: which change follows the strike is not always the same.
    crashes = (recording.crash(n) for n in (struck, struck - 1, struck + 1))
    found = (d for crash in crashes for d in crash.differing if "[operation][status]" in d)
    status = next(found, None)
    assert status == "[operation][status]: 'Failed' without, 'Succeeded' with the crash"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_crash_at_any_event_of_any_scenario_makes_no_difference(
    world: CrashingWorld, scenario: str
) -> None:
    assert differing(Recording(world, SCENARIOS[scenario])) == []
