"""Where a template is deployed: the functions that ask about group, subscription and ids."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.arm_emulator.templates.expressions import Function
from local.arm_emulator.wire.messages import Json


@dataclass(frozen=True, slots=True)
class Scope:
    """A deployment's resource group, with what a template may ask of it."""

    deployment: Json
    group: Json  # as a GET shows it
    subscription: Json

    @property
    def group_id(self) -> str:
        """The id of the resource group."""
        return str(self.group["id"])

    @property
    def subscription_id(self) -> str:
        """The id of the subscription, with its path."""
        return "/".join(self.group_id.split("/")[:3])

    def functions(self) -> Mapping[str, Function]:
        """The functions that depend on the scope, by their names in lower case."""
        return {
            "resourcegroup": lambda: self.group,
            "subscription": lambda: self.subscription,
            "tenant": lambda: {"tenantId": self.subscription["tenantId"]},
            "deployment": lambda: self.deployment,
            "resourceid": self._resource_id,
            "subscriptionresourceid": self._subscription_resource_id,
            "tenantresourceid": lambda kind, *names: _provider("", kind, names),
            "extensionresourceid": _provider_of,
        }

    def _resource_id(self, *given: str) -> str:
        """``[subscription], [group], type, names``: the first with a slash is the type."""
        at = _type_at(given)
        before = given[:at]
        group = before[-1] if before else self.group_id.rpartition("/")[2]
        subscription = f"/subscriptions/{before[0]}" if len(before) == 2 else self.subscription_id
        return _provider(f"{subscription}/resourceGroups/{group}", given[at], given[at + 1 :])

    def _subscription_resource_id(self, *given: str) -> str:
        at = _type_at(given)
        subscription = f"/subscriptions/{given[0]}" if at else self.subscription_id
        return _provider(subscription, given[at], given[at + 1 :])


def _type_at(given: tuple[str, ...]) -> int:
    at = next((at for at, each in enumerate(given) if "/" in each), None)
    if at is None or at > 2:
        raise ValueError("no argument is a fully qualified resource type")
    return at


def _provider_of(scope: str, kind: str, *names: str) -> str:
    return _provider(scope, kind, names)


def _provider(scope: str, kind: str, names: tuple[str, ...]) -> str:
    namespace, *types = kind.split("/")
    if len(types) != len(names):
        raise ValueError(
            f"the type '{kind}' requires '{len(types)}' resource name argument(s), "
            f"not '{len(names)}'"
        )
    pairs = "/".join(part for pair in zip(types, names, strict=True) for part in pair)
    return f"{scope}/providers/{namespace}/{pairs}"
