"""How the service refuses a value.

In its own words: Azure/azure-sdk-for-python, issue 44200 (Tier), and
hashicorp/terraform-provider-azurerm, issue 22585 (StorageSizeGB).
"""

from typing import Any

from local.arm_emulator.wire.messages import ArmError


def invalid(path: str, value: Any, message: str = "") -> ArmError:
    """The service's refusal of a value, which names the parameter by its last word."""
    name = path.rpartition(".")[2]
    said = f"Invalid value given for parameter {name[:1].upper()}{name[1:]}. "
    said += message or "Specify a valid parameter value."
    return ArmError(400, "InvalidParameterValue", f"{said} ({path}: {value!r})", target=path)
