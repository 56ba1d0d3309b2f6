"""The state file: what changed is on disk before the answer leaves."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.arm_emulator.cloud import Cloud


class Journal:
    """Writes changes; a journal without a file forgets."""

    def __init__(self, path: str | None) -> None:
        self.path = path

    def load(self, cloud: "Cloud") -> None:
        """Read back what an earlier process left."""

    def save(self, cloud: "Cloud") -> None:
        """Write what the last request changed."""
        cloud.store.changed.clear()
        cloud.operations.changed.clear()
        cloud.keyvault.changed = False

    def close(self) -> None:
        """Let go of the file."""

    def clear(self) -> None:
        """Forget everything."""
