"""Types of Microsoft.Network that nobody has emulated: a body of the SDK's shape, and nothing more.

For trying a new resource out before its rules are known. Such a type checks names, shapes, places
and references as every type does, and knows none of Azure's rules about it: a green test on it says
little. The setting `shape_only` names them; there are none by default.
"""

import importlib
from collections.abc import Iterable

from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.schema import SDK_MODELS

PREFIX = "Microsoft.Network/"


def shape_only(names: Iterable[str]) -> tuple[type[NetworkType], ...]:
    """A plain type for each ARM type of Microsoft.Network.

    Raises:
        ValueError: the namespace is another, or the SDK has no model of that name.
    """
    return tuple(_plain(name) for name in names)


def _plain(name: str) -> type[NetworkType]:
    if not name.startswith(PREFIX) or name.count("/") != 1:
        raise ValueError(f"shape_only holds top-level types of Microsoft.Network, not {name!r}")
    data = {
        "__doc__": f"{name}, by its shape only.",
        "type": name,
        "model": _model(name.removeprefix(PREFIX)),
        "timing": Timing(10, 5, 10),
        "has_guid": False,
    }
    return type("ShapeOnly", (NetworkType,), data)


def _model(plural: str) -> str:
    """The SDK's model of a type, which is named in the singular: ``natGateways``, NatGateway."""
    models = importlib.import_module(SDK_MODELS["network"])
    known = {each.lower(): each for each in models.__all__}
    ends = (("ies", "y"), ("sses", "ss"), ("s", ""))
    for end, singular in ends:
        found = known.get(plural.lower().removesuffix(end) + singular)
        if plural.endswith(end) and found is not None:
            return str(found)
    raise ValueError(f"the SDK of Microsoft.Network has no model for {PREFIX}{plural}")
