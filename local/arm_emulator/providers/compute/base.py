"""What the types of Microsoft.Compute share."""

from typing import Any

from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.wire.names import ANY_NAME

API_VERSIONS: tuple[str, ...] = (
    "2026-04-01",
    "2025-04-01",
    "2024-11-01",
    "2024-07-01",
    "2024-03-01",
)


class ComputeType(GenericType):
    """What the types of Microsoft.Compute share."""

    api_versions = API_VERSIONS
    name_rule = ANY_NAME

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """What is not there yet is Creating."""
        fresh = state == "Updating" and resource.version == 1
        super().stamp(resource, "Creating" if fresh else state, only)

    def accept(self, sent: Any) -> Any:
        """A null is as good as absent, here too: `az vm create` sends several."""
        return _without_nulls(sent)


def _without_nulls(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_nulls(each) for key, each in node.items() if each is not None}
    return [_without_nulls(each) for each in node] if isinstance(node, list) else node
