"""What is remembered of a deployment beside the body that a GET shows."""

from typing import Literal, NotRequired, TypedDict, cast

from local.arm_emulator.state.store import Resource
from local.arm_emulator.wire.messages import Json

StepState = Literal["Running", "Waiting", "Succeeded", "Failed", "Canceled"]


class Step(TypedDict):
    """One resource of the template, from its first write on."""

    id: str
    type: str
    state: StepState
    started: str
    ended: NotRequired[str]
    status: NotRequired[str]  # the name of the HTTP status that it ended with
    operation: NotRequired[str]  # id of the operation that it waits for
    error: NotRequired[Json]


class Asked(TypedDict):
    """What was asked for."""

    name: str
    template: Json
    parameters: Json
    caller: dict[str, str]  # the fields of `Caller`


class Record(Asked):
    """What was asked for, and how far it is."""

    shown: Json  # parameters, providers and dependencies, as a GET shows them
    steps: dict[str, Step]  # by the key of the resource
    operation: NotRequired[str]  # id of the deployment's own operation
    outputs: NotRequired[Json]
    error: NotRequired[Json]


def record_of(deployment: Resource) -> Record:
    """The record that a stored deployment carries in its notes."""
    return cast(Record, deployment.notes)
