"""Makes anew what Azure cannot change in place: deleted, then created again under its id; pure.

Only what we have created and the spec names is replaced, together with all that stands on it, which
has to be named as well; what holds data never is. A rollback puts the old one back.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from shared.deployment.messages import Advice, Step
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.steps import Leaving, deletions
from shared.resources.base import Resource, edges

NEEDED = "ReplacementNeeded"


class Plot(NamedTuple):
    """One resource of the deployment, as a replacement sees it."""

    resource: Resource
    step: Step  # as planned in place
    anew: Step  # that would create it
    leaving: Leaving | None  # None where it is not there, or not ours to delete


class Replacement(NamedTuple):
    """The steps with all replacements in them, and what is to be said."""

    steps: list[Step]
    warnings: list[Advice]
    refusals: list[Advice]


def replacing(
    spec: DeploymentSpec, plots: Mapping[str, Plot], refusals: list[Advice]
) -> Replacement:
    """The plan with every replacement that the spec names, where it may be made.

    Args:
        spec: what is asked for.
        plots: every resource that it asks for, by key, in dependency order.
        refusals: those of the plan in place.
    """
    named = set(plots) if spec.replace == "all" else set(spec.replace)
    warnings: list[Advice] = []
    left: list[Advice] = [_unknown(key) for key in sorted(named - set(plots))]
    chosen: set[str] = set()
    for refused in refusals:
        if refused["code"] != NEEDED or refused["target"] not in named:
            left.append(refused)
            continue
        group = _standing_on(refused["target"], plots)
        if obstacles := _obstacles(group, named, plots):
            left.append({**refused, "message": f"{refused['message']} ({'; '.join(obstacles)})"})
        else:
            chosen |= group
    return Replacement(_steps(plots, chosen), warnings + _interruptions(plots, chosen), left)


def _standing_on(key: str, plots: Mapping[str, Plot]) -> set[str]:
    """A resource and all that is there and depends on it."""
    found = {key}
    for other, plot in plots.items():  # in dependency order, so once is enough
        exists = plot.step["action"] != "create"
        if exists and not found.isdisjoint(edges(type(plot.resource))):
            found.add(other)
    return found


def _obstacles(group: set[str], named: set[str], plots: Mapping[str, Plot]) -> list[str]:
    """Why these may not be made anew together."""
    reasons = []
    for key in sorted(group):
        if plots[key].resource.vanishes:
            continue  # it goes and comes with what it lies in
        if plots[key].resource.holds_data:
            reasons.append(f"{key} holds data")
        elif plots[key].leaving is None:
            reasons.append(f"{key} was not created by this deployment")
        elif key not in named:
            reasons.append(f"{key} stands on it: name it in replace too")
    return reasons


def _steps(plots: Mapping[str, Plot], chosen: Collection[str]) -> list[Step]:
    old = [leaving for key in chosen if (leaving := plots[key].leaving)]
    gone = deletions(old, set(plots))
    key_of = {step["id"].casefold(): step["key"] for step in gone}
    steps = []
    for key, plot in plots.items():
        if key not in chosen:
            steps.append(plot.step)
            continue
        before = key_of[plot.anew["id"].casefold()]
        steps.append({**plot.anew, "dependsOn": [*plot.anew["dependsOn"], before]})
    return [*gone, *steps]


def _interruptions(plots: Mapping[str, Plot], chosen: Collection[str]) -> list[Advice]:
    """How long each will be missing."""
    advice = []
    for key in (key for key in plots if key in chosen):
        timing = plots[key].resource.timing
        minutes = (timing.delete + timing.create).total_seconds() / 60
        message = f"{key} is deleted and made anew: it is missing for about {minutes:.0f} minutes"
        advice.append(Advice(code="Replaced", message=message, target=key))
    return advice


def _unknown(key: str) -> Advice:
    message = f"{key} is no resource of this deployment: its plan names them"
    return Advice(code="ReplaceUnknown", message=message, target="replace")
