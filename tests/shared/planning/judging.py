"""What the tests of the judges share: a spec, and findings in short."""

from collections.abc import Iterable
from typing import Any

from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
CIRCUIT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
    "/providers/Microsoft.Network/expressRouteCircuits/c"
)


def spec_with(**fields: Any) -> DeploymentSpec:
    """The least spec there is, with some fields more."""
    return DeploymentSpec.model_validate(
        {
            "name": "hybrid-db",
            "location": "eastus",
            "subscriptionId": SUBSCRIPTION,
            "expressRoute": {"circuitId": CIRCUIT},
            "onPremises": {"prefixes": ["10.20.0.0/16"]},
            **fields,
        }
    )


SPEC = spec_with()


def refusals(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Code and target of what is refused."""
    return [(f.advice["code"], f.advice["target"]) for f in findings if f.refused]


def warnings(findings: Iterable[Finding]) -> list[str]:
    """Codes of what is warned of."""
    return [f.advice["code"] for f in findings if not f.refused]
