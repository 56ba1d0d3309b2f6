"""How much of what a subscription uses in a region: what lists of usages and refusals share."""

import re

from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import Json


def beyond_quota(what: str, current: int, limit: int, more: int) -> str:
    """What Azure says of cores that are too many, in a machine as in a database."""
    return (
        f"The operation exceeds the approved {what} quota. Current Limit: {limit}, Current Usage: "
        f"{current}, Additional Required: {more}, (Minimum) New Limit Required: {current + more}."
    )


def usage(id_: str, name: str, current: int, limit: int) -> Json:
    """One row of a list of usages."""
    return {
        "id": id_,
        "unit": "Count",
        "currentValue": current,
        "limit": limit,
        "name": {"value": name, "localizedValue": spaced(name)},
    }


def spaced(name: str) -> str:
    """The words of a quota's name."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def there(world: World, subscription: str, type_name: str, location: str) -> list[Resource]:
    """The resources of one type in one region."""
    wanted = canonical(location)
    found = world.store.of_type(subscription, type_name)
    return [each for each in found if canonical(str(each.body.get("location"))) == wanted]
