"""Azure's rules for names and addresses."""

import ipaddress
import re
from dataclasses import dataclass

from local.arm_emulator.wire.messages import ArmError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class NameRule:
    """A pattern for the name of a resource, and the refusal of others."""

    pattern: str
    says: str
    code: str = "InvalidResourceName"
    status: int = 400

    def check(self, name: str) -> None:
        """Raise if a name breaks the rule, which is documented where it is declared."""
        if not re.fullmatch(self.pattern, name):
            message = f"Resource name {name} is invalid. {self.says}"
            raise ArmError(self.status, self.code, message)


# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
NETWORK_NAME = NameRule(
    r"[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?",
    "The name can be up to 80 characters long. It must begin with a word character, and it must "
    "end with a word character or with '_'. It may contain word characters or '.', '-', '_'.",
)
GROUP_NAME = NameRule(
    r"[\w().-]{0,89}[\w()-]",
    "The name may be up to 90 characters of letters, digits, '_', '-', '.', '(' and ')', and may "
    "not end in '.'.",
    code="InvalidResourceGroupName",
)
ANY_NAME = NameRule(r"[^<>%&\\?/#]{1,260}", "It contains characters that no name may have.")


def parse_prefix(text: str) -> Network:
    """The network that an address prefix names.

    Raises:
        ArmError: it is no prefix, or has bits set behind its mask.
    """
    try:
        return ipaddress.ip_network(text, strict=True)
    except ValueError as error:
        message = f"The address prefix {text} is invalid: {error}."
        # Recorded in azure-cli, test_manage_appgw_private_endpoint_without_standard.
        raise ArmError(400, "InvalidAddressPrefixFormat", message) from error
