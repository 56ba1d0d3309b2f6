"""What the types of Azure Monitor share: written at once, and refused without an envelope."""

from datetime import datetime
from typing import ClassVar

from local.arm_emulator.providers.insights.family import INSIGHTS
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.declarations import Timing, Where
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import NameRule

# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
ALERT_NAME = NameRule(
    r"[^:<>+/&%\\?|*#{}]{0,259}[^:<>+/&%\\?|*#{}. ]",
    "A name has 1 to 260 characters, none of : < > + / & % \\ ? | * # { }, and ends in no dot.",
    code="BadRequest",
)


class InsightsType(GenericType):
    """A type of Microsoft.Insights: without a region, written and deleted at once."""

    family = INSIGHTS
    location: ClassVar[Where] = "global"
    name_rule = ALERT_NAME
    timing = Timing(0, 0, 0)
    synchronous_put = True
    synchronous_delete = True
    shown_type: ClassVar[str] = ""  # where an answer has the type in another case

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Some types come back in another case (recorded in azure-service-operator)."""
        body["type"] = self.shown_type or self.type

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """None of them has a state (recorded)."""


def bad_request(message: str) -> ArmError:
    """The refusal of a body, as recorded in azure-cli: without an envelope."""
    return ArmError(400, "BadRequest", message, flat=True)
