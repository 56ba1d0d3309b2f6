"""The resources of a template in the order in which they may be written."""

from dataclasses import dataclass

from local.arm_emulator.templates.parameters import invalid_template
from local.arm_emulator.wire.messages import Json
from local.arm_emulator.wire.resource_ids import ResourceId

SYNTAX = "Please see https://aka.ms/arm-syntax-resources for usage details."


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource of a template: where it goes, after whom, and how it is written there."""

    id: ResourceId
    api_version: str
    source: Json
    after: tuple[str, ...] = ()  # keys of the resources it waits for


def ordered(planned: list[Planned]) -> list[Planned]:
    """The resources, each after those it waits for.

    Raises:
        ArmError: 400 `InvalidTemplate`, where they wait for each other or one is written twice.
    """
    left = {each.id.key: each for each in planned}
    if len(left) < len(planned):
        keys = [each.id.key for each in planned]
        twice = next(each.id for each in planned if keys.count(each.id.key) > 1)
        raise invalid_template(
            f"The resource '{twice}' is defined multiple times in a template. {SYNTAX}"
        )
    found: list[Planned] = []
    while left:
        ready = [each for each in left.values() if not left.keys() & set(each.after)]
        if not ready:
            first = next(iter(left.values()))
            raise invalid_template(
                f"Circular dependency detected on resource: '{first.id}'. {SYNTAX}"
            )
        found += ready
        for each in ready:
            del left[each.id.key]
    return found
