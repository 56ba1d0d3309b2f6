"""What runs inside a virtual machine, as Compute sees it: a script goes in, its end comes out.

A cloud by itself has machines that run nothing; the emulator gives it those of the room `guest`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from local.arm_emulator.state.store import Resource

ExecutionState = Literal["Succeeded", "Failed", "TimedOut", "Unknown"]


@dataclass(frozen=True, slots=True)
class Script:
    """What a machine is to run, as root does it there."""

    text: str
    environment: Mapping[str, str] = field(repr=False)  # named parameters, protected ones as well
    arguments: tuple[str, ...] = field(repr=False)  # unnamed parameters
    seconds: float  # after which it is killed


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script has ended."""

    state: ExecutionState
    exit_code: int = 0
    output: str = ""
    error: str = ""
    message: str = ""  # of the agent, where it could not run the script


class Guests(Protocol):
    """Whatever runs scripts for machines."""

    def run(self, machine: Resource, script: Script) -> Ended:
        """Run a script on a machine and wait for its end, on the machine's own network."""


class NoGuests:
    """Machines without an agent: whatever is run ends without a word."""

    def run(self, machine: Resource, script: Script) -> Ended:
        """Nothing is known of it."""
        return Ended("Unknown")
