"""The wire shapes of Azure Monitor."""

from local.arm_emulator.types.families import ComputeFamily


class InsightsFamily(ComputeFamily):
    """Azure Monitor: every write is done when it is answered."""

    schema_error = "BadRequest"


INSIGHTS = InsightsFamily()
