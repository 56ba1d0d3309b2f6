"""An ARM id, read once: its subscription, group, provider, types and names.

ARM compares ids without case and SDKs put names into URLs, so an id is folded where it is compared
and its names are held to a grammar where it comes from outside: nothing that a URL could read as a
way up, a query or a fragment.
"""

import re
from dataclasses import dataclass

LONGEST = 1024  # characters; group, names and types at their longest stay below it

_SUBSCRIPTION = r"[0-9A-Fa-f-]{36}"
_GROUP = r"[-\w().]{0,89}[-\w()]"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,126}[A-Za-z0-9_])?"
_ID = re.compile(
    rf"/subscriptions/(?P<subscription>{_SUBSCRIPTION})/resourceGroups/(?P<group>{_GROUP})"
    rf"(?:/providers/(?P<namespace>[A-Za-z]+(?:\.[A-Za-z]+)+)(?P<rest>(?:/[A-Za-z]+/{_NAME})+))?",
    re.IGNORECASE,
)
"""Learn: Naming rules and restrictions for Azure resources; names that are ours lie within it."""


@dataclass(frozen=True, slots=True)
class ResourceId:
    """One resource, or one resource group, which has neither namespace nor kinds."""

    subscription: str
    group: str
    namespace: str
    kinds: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "ResourceId":
        """The id that a text spells.

        Raises:
            ValueError: it spells none, or one with names that no resource has.
        """
        found = _ID.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            raise ValueError(
                "should be an ARM id: /subscriptions/<id>/resourceGroups/<group>"
                "/providers/<namespace>/<type>/<name>"
            )
        segments = (found["rest"] or "").split("/")[1:]
        namespace = found["namespace"] or ""
        kinds, names = tuple(segments[::2]), tuple(segments[1::2])
        return cls(found["subscription"], found["group"], namespace, kinds, names)

    @classmethod
    def of(cls, text: str) -> "ResourceId":
        """An id that we or Azure have written: read as it is, held to no grammar."""
        parts = text.strip("/").split("/")
        group, namespace = (parts[n] if len(parts) > n else "" for n in (3, 5))
        return cls(parts[1], group, namespace, tuple(parts[6::2]), tuple(parts[7::2]))

    @property
    def arm_type(self) -> str:
        """``Microsoft.Network/virtualNetworks``; that of groups belongs to Microsoft.Resources."""
        kinds = (self.namespace, *self.kinds)
        return "/".join(kinds) if self.kinds else "Microsoft.Resources/resourceGroups"

    @property
    def name(self) -> str:
        """Its last name; that of a group is the group's."""
        return self.names[-1] if self.names else self.group

    @property
    def address(self) -> tuple[str, ...]:
        """The arguments with which the SDKs address it: its group, then its names."""
        return (self.group, *self.names)

    def is_a(self, arm_type: str) -> bool:
        """Whether it is of this type; ARM rewrites the case of types."""
        return self.arm_type.casefold() == arm_type.casefold()


def pattern_of(arm_type: str) -> str:
    """The ids of one type as a regular expression that JSON schemas may hold: it has no flags."""
    namespace, *kinds = arm_type.split("/")
    typed = "".join(f"/{_any_case(kind)}/{_NAME}" for kind in kinds)
    group = f"/{_any_case('subscriptions')}/{_SUBSCRIPTION}/{_any_case('resourceGroups')}/{_GROUP}"
    return f"^{group}/{_any_case('providers')}/{_any_case(namespace)}{typed}$"


def _any_case(text: str) -> str:
    each = (f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in text)
    return "".join(each)


def same(one: str, other: str) -> bool:
    """Whether two texts spell the id of one resource."""
    return one.casefold() == other.casefold()


def within(resource_id: str, parent: str) -> bool:
    """Whether a resource is another one or lies inside it."""
    return f"{resource_id}/".casefold().startswith(f"{parent}/".casefold())


def lies_in(resource_id: str, holder: str) -> bool:
    """Whether a resource is a part of another resource, which is more than to be in its group."""
    one, other = resource_id.casefold(), holder.casefold()
    return one != other and "/providers/" in other and within(one, other)
