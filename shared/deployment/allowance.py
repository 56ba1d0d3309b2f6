"""Where this installation may deploy at all: subscriptions and groups, by patterns."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from shared.deployment.messages import Advice
from shared.deployment.specs.spec import DeploymentSpec


@dataclass(frozen=True, slots=True)
class Allowance:
    """Patterns as a shell has them, without case; none at all allows everything."""

    subscriptions: Collection[str] = ()
    resource_groups: Collection[str] = ()

    def refusals(self, spec: DeploymentSpec) -> Iterator[Advice]:
        """Why a spec must not be deployed here, naming the field and what may stand there."""
        places = (
            ("subscriptionId", spec.subscription_id, self.subscriptions),
            ("resourceGroup", spec.group, self.resource_groups),
        )
        for field, value, patterns in places:
            if patterns and not any(_matches(value, pattern) for pattern in patterns):
                message = f"{value} is not allowed here: choose one of {', '.join(patterns)}"
                yield Advice(code="NotAllowed", message=message, target=field)


def _matches(value: str, pattern: str) -> bool:
    return fnmatchcase(value.casefold(), pattern.casefold())
