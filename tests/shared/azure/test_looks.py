"""How a submitted step is looked at: the resource first, its operation once that has an answer."""

from datetime import timedelta
from typing import Any

import pytest

from local.arm_emulator.emulator import ArmEmulator
from shared.azure import calls, looks
from shared.azure.clients import AzureClients
from shared.deployment.messages import Json, Outcome, Step
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.owning import Owner
from shared.planning.purposes import deploy_plan

TYPE = "Microsoft.Network/publicIPAddresses"
MINUTES = 10.0


def first(topic: str, proposal: str, *, instead_of: str | None = None) -> str:
    """Agrees on whatever is proposed; no step here generates a secret."""
    return proposal


class Submitted:
    """A public address on its way: ten minutes of work for Azure, where three are expected."""

    def __init__(self, azure: ArmEmulator, clients: AzureClients, step: Step) -> None:
        self.azure = azure
        self.clients = clients
        self.step: Step = {**step, "expectedSeconds": 180.0}
        self.url = calls.apply(clients, self.step, first)["operationUrl"]

    def look(self, minutes: float) -> Outcome:
        """Look that many minutes after the submit."""
        elapsed = timedelta(minutes=minutes)
        return looks.look(self.clients, self.step, self.url, elapsed)

    def polls(self) -> int:
        """How often the operation has been asked."""
        return sum("/operations/" in call["path"] for call in self.azure.calls())

    def reads(self) -> int:
        """How often the resource has been read."""
        target = self.step["id"].casefold()
        return sum(
            c["method"] == "GET" and c["target"].casefold() == target for c in self.azure.calls()
        )


@pytest.fixture
def step(azure: ArmEmulator, clients: AzureClients, spec: Json) -> Step:
    """The public address of the gateway, its group being there; Azure takes ten minutes for it."""
    azure.set_durations({f"{TYPE}|create": 60 * MINUTES})
    whole = DeploymentSpec.model_validate({**spec, "subscriptionId": clients.subscription_id})
    steps = {
        s["key"]: s
        for s in deploy_plan(lambda _: clients, whole, {}, Owner(whole.name, "here"))["steps"]
    }
    calls.apply(clients, steps["resource-group"], first)
    return steps["public-ip-gateway"]


def submitted(azure: ArmEmulator, clients: AzureClients, step: Step, **fault: Any) -> Submitted:
    if fault:
        azure.fail(method="PUT", type=TYPE, **fault)
    return Submitted(azure, clients, step)


def test_a_resource_at_work_is_read_once_and_its_operation_left_alone(
    azure: ArmEmulator, clients: AzureClients, step: Step
) -> None:
    address = submitted(azure, clients, step)
    before = address.reads()
    outcome = address.look(minutes=1)
    assert outcome["state"] == "inProgress"
    assert (address.reads() - before, address.polls()) == (1, 0)


def test_a_look_hands_on_the_operation_for_the_next_one(
    azure: ArmEmulator, clients: AzureClients, step: Step
) -> None:
    address = submitted(azure, clients, step)
    assert address.look(minutes=1)["operationUrl"] == address.url


def test_success_is_believed_when_resource_and_operation_agree(
    azure: ArmEmulator, clients: AzureClients, step: Step
) -> None:
    address = submitted(azure, clients, step)
    azure.advance(60 * 2 * MINUTES)
    before = address.reads()
    assert address.look(minutes=1)["state"] == "succeeded"
    assert (address.reads() - before, address.polls()) == (1, 1)


def test_an_operation_that_was_cancelled_for_another_is_no_success_of_ours(
    azure: ArmEmulator, clients: AzureClients, step: Step
) -> None:
    code = "CanceledAndSupersededDueToAnotherOperation"
    address = submitted(azure, clients, step, operation="Canceled", code=code)
    azure.advance(60 * 2 * MINUTES)
    azure.edit(step["id"], {"properties": {"provisioningState": "Succeeded"}})
    failure = address.look(minutes=1)["failure"]
    assert failure is not None
    assert failure["code"] == code
    assert failure["retryable"]


def test_the_failure_told_is_that_of_the_operation(
    azure: ArmEmulator, clients: AzureClients, step: Step
) -> None:
    address = submitted(azure, clients, step, operation="Failed", code="QuotaExceeded")
    azure.advance(60 * 2 * MINUTES)
    failure = address.look(minutes=1)["failure"]
    assert failure is not None
    assert failure["code"] == "QuotaExceeded"


def test_a_long_overdue_operation_is_asked_although_its_resource_looks_at_work(
    azure: ArmEmulator, clients: AzureClients, step: Step
) -> None:
    address = submitted(azure, clients, step, operation="Failed", code="QuotaExceeded")
    azure.advance(60 * 2 * MINUTES)
    azure.edit(step["id"], {"properties": {"provisioningState": "Updating"}})
    assert address.look(minutes=5)["state"] == "inProgress"
    assert address.look(minutes=7)["state"] == "failed"
