"""What stands against a query of the database from inside the network, whatever the app may do."""

from collections.abc import Iterator

from shared.deployment.specs.checks.findings import Finding, finding
from shared.deployment.specs.spec import DeploymentSpec

REQUIRE = "validation.require"


def obstacles(spec: DeploymentSpec) -> Iterator[Finding]:
    """Why no query could go through, or be told of, and which field mends that."""
    if spec.proving.asked_from == "jumpBox":
        yield from _of_the_jump_box(spec)
    if not spec.by_password:
        message = "a query signs in by a password, which nobody does here"
        yield finding("QueryNeedsPassword", REQUIRE, message, "postgres.entra")


def _of_the_jump_box(spec: DeploymentSpec) -> Iterator[Finding]:
    if not spec.jump_box.enabled:
        message = "a query is asked from the jump box, and there is none: set jumpBox.enabled"
        yield finding("QueryNotProvable", REQUIRE, message, "jumpBox.enabled")
    elif not spec.leads_out:
        message = (
            "a query is asked from the jump box, which needs a way to tell what it found: set "
            "jumpBox.egress to natGateway"
        )
        yield finding("QueryNotProvable", REQUIRE, message, "jumpBox.egress")
