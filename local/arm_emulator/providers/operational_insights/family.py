"""The wire shapes of Log Analytics workspaces."""

from local.arm_emulator.types.families import ComputeFamily


class WorkspaceFamily(ComputeFamily):
    """Log Analytics: its monitors have another name (recorded in azure-service-operator)."""

    operations = "operationstatuses"


WORKSPACES = WorkspaceFamily()
