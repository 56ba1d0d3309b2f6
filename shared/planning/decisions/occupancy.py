"""Subnets whose prefix would change under what lies in them, which Azure refuses."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic.alias_generators import to_camel

from shared.deployment.inventory import UNREAD, Observed
from shared.deployment.messages import Advice, Change, Step
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.virtual_network import SUBNETS

_PREFIX = re.compile(r"(?:properties\.subnets\[(?P<name>.+)\]\.)?properties\.addressPrefix(es)?")
REFERRING_BACK = "subnets"  # how groups, route tables and NAT gateways list where they are attached


def in_use(spec: DeploymentSpec, steps: Iterable[Step], observed: Observed) -> Iterator[Advice]:
    """A refusal for each subnet whose prefix changes while a resource is in it.

    Azure answers InUsePrefixCannotBeDeleted (terraform-provider-azurerm issues), after everything
    before it has been written. What this update deletes is in its subnet until the network is
    written, so it counts.
    """
    for step in steps:
        for change in step["changes"]:
            subnet = _whose(step, change)
            if subnet is None or change["before"] is None:
                continue
            inside = sorted(_inside(subnet, observed))
            if inside:
                yield _refusal(spec, subnet, change, inside)


def _whose(step: Step, change: Change) -> str | None:
    """The id of the subnet that gets another prefix; None where the change does something else."""
    found = _PREFIX.fullmatch(change["path"])
    if found is None:
        return None
    return f"{step['id']}/subnets/{found['name']}" if found["name"] else step["id"]


def _inside(subnet: str, observed: Observed) -> Iterator[str]:
    """Names of what refers to a subnet as its own."""
    for resource_id, body in observed.items():
        if body is None or body is UNREAD or subnet.casefold().startswith(resource_id):
            continue
        if _refers(body, subnet.casefold()):
            yield str(body.get("name") or resource_id.rpartition("/")[2])


def _refers(value: Any, subnet: str) -> bool:
    if isinstance(value, dict):
        return any(_refers(v, subnet) for k, v in value.items() if k != REFERRING_BACK)
    if isinstance(value, list):
        return any(_refers(each, subnet) for each in value)
    return isinstance(value, str) and value.casefold() == subnet


def _refusal(spec: DeploymentSpec, subnet: str, change: Change, inside: list[str]) -> Advice:
    name = subnet.rpartition("/")[2].casefold()
    fields = [to_camel(each.field) for each in SUBNETS if each.named(spec).casefold() == name]
    return Advice(
        code="SubnetInUse",
        message=(
            f"{', '.join(inside)} is in {change['before']}, and Azure changes the prefix of an "
            "empty subnet only: keep it, or move to a deployment of another name"
        ),
        target=".".join(["network.subnets", *fields]),
    )
