"""A strict Azure Resource Manager on the laptop, over HTTPS, that real Azure SDKs talk to.

`ArmEmulator` runs it inside a process; ``python -m local.arm_emulator`` runs it alone.
"""

from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.settings import Settings

__all__ = ["ArmEmulator", "Settings"]
