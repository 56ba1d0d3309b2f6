"""What has no class of the SDK: any type reached by its path."""

from typing import ClassVar

from local.arm_emulator.types.families import COMPUTE, Family
from local.arm_emulator.types.resource_type import ResourceType


class GenericType(ResourceType):
    """A type reached through the generic resources client, without an SDK of its own here."""

    family: ClassVar[Family] = COMPUTE
    dressed = False
