"""ARM ids: parsed once, compared without regard to case, printed as first written."""

from dataclasses import dataclass

from local.arm_emulator.wire.messages import ArmError


@dataclass(frozen=True, slots=True)
class ResourceId:
    """The id of one resource: a scope, then a provider with pairs of type and name.

    The scope is a resource group, a subscription, or the id of another resource that this one
    extends (a lock on a circuit, say).
    """

    scope: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    def __str__(self) -> str:
        pairs = "/".join(f"{t}/{n}" for t, n in zip(self.types, self.names, strict=True))
        if self.type == "Microsoft.Resources/resourceGroups":  # addressed without a provider
            return f"{self.scope}/{pairs}"
        return f"{self.scope}/providers/{self.namespace}/{pairs}"

    @property
    def key(self) -> str:
        """The form under which it is stored and found."""
        return str(self).lower()

    @property
    def type(self) -> str:
        """Such as ``Microsoft.Network/virtualNetworks/subnets``."""
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1]

    @property
    def path(self) -> str:
        """Such as ``Microsoft.Network/virtualNetworks/hub/subnets/app``."""
        pairs = zip(self.types, self.names, strict=True)
        return "/".join((self.namespace, *(f"{type_}/{name}" for type_, name in pairs)))

    @property
    def collection(self) -> str:
        """The key without the last name: what a list request names."""
        return self.key.rpartition("/")[0]

    @property
    def parent(self) -> "ResourceId | None":
        """The resource this is a child of; None for a top-level resource."""
        if len(self.types) == 1:
            return None
        return ResourceId(self.scope, self.namespace, self.types[:-1], self.names[:-1])

    @property
    def subscription(self) -> str:
        """The subscription's id, or nothing where the scope is the tenant."""
        parts = self.scope.split("/")
        return parts[2] if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""

    @property
    def group(self) -> str:
        """The name of the resource group, or nothing."""
        parts = self.scope.split("/")
        return parts[4] if len(parts) > 4 and parts[3].lower() == "resourcegroups" else ""

    @property
    def group_key(self) -> str:
        """The key of the resource group, or nothing."""
        return group_key(self.subscription, self.group) if self.group else ""

    def child(self, type_name: str, name: str) -> "ResourceId":
        """The id of a resource below this one."""
        return ResourceId(self.scope, self.namespace, (*self.types, type_name), (*self.names, name))


def group_key(subscription: str, group: str) -> str:
    """The key of a resource group."""
    return f"/subscriptions/{subscription}/resourcegroups/{group}".lower()


def parse_id(text: str) -> ResourceId | None:
    """The id in `text`; None where it names no resource of a provider."""
    scope, rest = split_provider(text)
    parts = scope.split("/")
    if not rest and len(parts) == 5 and parts[3].lower() == "resourcegroups":
        return ResourceId(
            "/".join(parts[:3]), "Microsoft.Resources", ("resourceGroups",), (parts[4],)
        )
    if len(rest) < 3 or len(rest) % 2 == 0:
        return None
    return ResourceId(scope, rest[0], tuple(rest[1::2]), tuple(rest[2::2]))


def split_provider(path: str) -> tuple[str, list[str]]:
    """A path cut at its last ``/providers/``: the scope, and the segments behind it."""
    at = path.lower().rfind("/providers/")
    if at < 0:
        return path.rstrip("/"), []
    return path[:at], [part for part in path[at + len("/providers/") :].split("/") if part]


def required_id(text: str) -> ResourceId:
    """The id in `text`, which must be one.

    Raises:
        ArmError: 400 `LinkedInvalidPropertyId`, for anything else.
    """
    found = parse_id(text)
    if found is None:
        message = f"Property id '{text}' is invalid. It should be a fully qualified resource ID."
        raise ArmError(400, "LinkedInvalidPropertyId", message)
    return found
