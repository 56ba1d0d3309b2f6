"""What a type declares in words of its own: how long it takes, what lies in it, what shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Where = Literal["regional", "global", "none"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Typical seconds of the operations on a type."""

    create: float
    update: float
    delete: float


@dataclass(frozen=True, slots=True)
class Child:
    """A named child that lives inside its parent's body and has an address of its own."""

    model: str  # in the same SDK as its parent
    timing: Timing
    in_use: str = ""  # code of the refusal to delete it while it is referred to
    joined: bool = False  # to attach something to it takes its permission join/action
    defaults: Mapping[str, Any] = field(default_factory=dict)  # of its properties
    retry_after: tuple[int, ...] = ()  # where it is not its parent's


@dataclass(frozen=True, slots=True)
class BackReference:
    """A list (or one object) of ids that Azure shows on the target of references."""

    shows: str  # property shown, such as subnets
    via: str  # property that refers, such as networkSecurityGroup
    of: str = ""  # in the address of who refers, such as /subnets/
    child: str = ""  # on which kind of named child it is shown; nothing for the resource
    single: bool = False


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of a type a subscription may have in a region."""

    name: str
    limit: int  # https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
    code: str  # of the refusal to go beyond: as seen, or the name of a setting
