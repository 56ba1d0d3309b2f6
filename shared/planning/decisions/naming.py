"""Whether what a spec calls by name or id can be had: rules of Azure, keys that exist; pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic.alias_generators import to_camel

from shared.deployment.inventory import Inventory
from shared.deployment.messages import Advice
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue


def naming_refusals(spec: DeploymentSpec, wanted: Sequence[Resource]) -> Iterator[Advice]:
    """Every name that cannot be given; a pattern is at fault as a whole.

    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules

    Args:
        spec: what is asked for.
        wanted: what it makes.
    """
    given = [] if isinstance(spec.names, str) else list(spec.names)
    makes = {resource.key: resource for resource in wanted}
    for key in given:
        target = f"names.{key}"
        if key not in catalogue() or catalogue()[key].arm_type.endswith("/configurations"):
            text = f"{key} is no resource that has a name of its own: the plan names them"
            yield Advice(code="NameUnknown", message=text, target=target)
        elif field := catalogue()[key].named_by:
            text = f"the name of {key} is given by {field}: leave it out here"
            yield Advice(code="NameGivenElsewhere", message=text, target=target)
        elif key not in makes:
            text = f"the deployment makes no {key}: leave it out"
            yield Advice(code="NameNotUsed", message=text, target=target)
        elif makes[key].name_fixed:
            text = f"Azure knows it as {makes[key].name(spec)} only: leave it out"
            yield Advice(code="NameFixed", message=text, target=target)
    yield from _unlawful(spec, wanted)


def _unlawful(spec: DeploymentSpec, wanted: Sequence[Resource]) -> Iterator[Advice]:
    counted = Counter(resource.id(spec).casefold() for resource in wanted)
    for resource in wanted:
        name = resource.named(spec)
        if name == resource.name(spec) and counted[resource.id(spec).casefold()] == 1:
            continue
        target = "names" if isinstance(spec.names, str) else f"names.{resource.key}"
        if not re.fullmatch(resource.name_rule, name):
            text = (
                f"{name} is no name for {resource.key}: {resource.arm_type} takes what matches "
                f"{resource.name_rule}"
            )
            yield Advice(code="NameInvalid", message=text, target=target)
        if counted[resource.id(spec).casefold()] > 1:
            text = f"{name} is the name of another resource too: give {resource.key} its own"
            yield Advice(code="NameTaken", message=text, target=target)


def ours_by_mistake(spec: DeploymentSpec, inventory: Inventory) -> Iterator[Advice]:
    """What is called existing and was made by this deployment: it would be lost from sight."""
    made = {i.casefold() for i, item in inventory.items() if item["provenance"] == "created"}
    for name, given in spec.existing.model_dump(exclude_none=True).items():
        if given.casefold() in made:
            text = f"{given} was made by this deployment: leave it out of existing"
            yield Advice(code="ExistingIsOurs", message=text, target=f"existing.{to_camel(name)}")
