"""Reads what a plan is decided from: the resources by their ids, and what else may be ours."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from shared.azure import calls
from shared.azure.clients import AzureClients
from shared.azure.correlation import carried
from shared.deployment.inventory import UNREAD, Inventory, Stranger
from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId, within
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import RESOURCE_GROUP, Resource
from shared.resources.catalogue import catalogue
from shared.resources.marks import DEPLOYMENT

READERS = 8  # reads at once: well below ARM's 25 per second (Learn: request limits and throttling)
MOST_PAGES = 20  # of a list; what is beyond is not looked at

SAYS_NOTHING = frozenset({401, 403, 408, 429, *range(500, 600)})  # of what it is asked for

Reach = Callable[[str], AzureClients]
"""The clients for an ARM id."""


class Target(NamedTuple):
    """One thing to read: its id as it is spelled, and what knows how to read it."""

    id: str
    resource: Resource


def targets(spec: DeploymentSpec | None, inventory: Inventory) -> dict[str, Target]:
    """What a plan is about: the resources of the spec, and all that was there before, by id."""
    known = {i: item["key"] for i, item in inventory.items() if item["key"] in catalogue()}
    found = {i.casefold(): Target(i, catalogue()[key]) for i, key in known.items()}
    wanted = catalogue().wanted(spec) if spec is not None else ()
    return found | {r.id(spec).casefold(): Target(r.id(spec), r) for r in wanted if spec}


def seen(inventory: Inventory) -> set[str]:
    """What should be there, by its id, as it was seen there."""
    return {i.casefold() for i, item in inventory.items() if item["state"] == "seen"}


def observe(
    reach: Reach, wanted: Mapping[str, Target], known: Collection[str], *, by_list: bool = False
) -> dict[str, Json | None]:
    """Every resource as it is now; nothing is asked for that lies in what is absent.

    Args:
        reach: the clients for an id.
        wanted: what to read, by id.
        known: ids of what should be there; of the others a list tells which are absent.
        by_list: whether a list may show several of one type, which saves reads.
    """
    groups = {i: target for i, target in wanted.items() if target.resource.key == RESOURCE_GROUP}
    found = _read(reach, groups)
    absent = {i for i in groups if found[i] is None}
    for group in groups.keys() - absent:
        absent |= _unlisted(reach, group, wanted, known)
    left = {
        i: target
        for i, target in wanted.items()
        if i not in groups and not any(within(i, gone) for gone in absent)
    }
    shown = _by_list(reach, left) if by_list else {}
    left = {i: target for i, target in left.items() if i not in shown}
    return {**dict.fromkeys(wanted), **found, **shown, **_read(reach, left)}


def _by_list(reach: Reach, wanted: Mapping[str, Target]) -> dict[str, Json]:
    """Those of a type with a list of whole bodies of which a group holds several."""
    alike: dict[tuple[str, str], list[Target]] = {}
    for target in wanted.values():
        alike.setdefault((ResourceId.of(target.id).group, target.resource.arm_type), []).append(
            target
        )
    found: dict[str, Json] = {}
    for (group, _), targets_ in alike.items():
        first = targets_[0]
        if len(targets_) > 1 and (take := first.resource.lister(reach(first.id))):
            found |= {
                each["id"].casefold(): each for item in take(group) if (each := item.as_dict())
            }
    return {i: body for i, body in found.items() if i in wanted}


def _unlisted(
    reach: Reach, group: str, wanted: Mapping[str, Target], known: Collection[str]
) -> set[str]:
    """What is absent from a group by its list, which ARM keeps itself, of all that has tags.

    What lies inside another resource may not be listed. Where one thing alone is in doubt, or the
    list is refused, everything is read.
    """
    doubtful = {
        i
        for i, target in wanted.items()
        if within(i, group) and i not in known and target.resource.taggable and _at_top(i)
    }
    try:
        listed = inside(reach, wanted[group].id) if len(doubtful) > 1 else None
    except HttpResponseError:
        listed = None
    return set() if listed is None else doubtful - {each.id.casefold() for each in listed}


def _at_top(resource_id: str) -> bool:
    return len(ResourceId.of(resource_id).kinds) == 1


def marked(reach: Reach, subscriptions: Iterable[str], deployment: str) -> list[Stranger]:
    """Everything in some subscriptions that bears the name of a deployment as its mark."""
    wanted = f"tagName eq '{DEPLOYMENT}' and tagValue eq '{deployment}'"
    return [
        _stranger(each)
        for subscription in sorted(subscriptions)
        for each in reach(f"/subscriptions/{subscription}").resources.resources.list(filter=wanted)
    ]


def inside(reach: Reach, group_id: str) -> list[Stranger]:
    """Everything that lies in a group; nothing where the group is gone."""
    group = ResourceId.of(group_id).group
    try:
        found = list(reach(group_id).resources.resources.list_by_resource_group(group))
    except ResourceNotFoundError:
        return []
    return [_stranger(each) for each in found]


def listed(clients: AzureClients, link: str) -> Iterator[Json]:
    """Every page of a list; nothing where what it lies in is gone."""
    for _ in range(MOST_PAGES):
        response = clients.send("GET", link)
        if response.status_code == 404:
            return
        response.raise_for_status()
        page = response.json()
        yield from page["value"]
        if not (link := page.get("nextLink") or ""):
            return


def _read(reach: Reach, wanted: Mapping[str, Target]) -> dict[str, Json | None]:
    def read(target: Target) -> Json | HttpResponseError | None:
        try:
            return calls.observe(reach(target.id), target.resource, target.id)
        except HttpResponseError as refused:
            return refused

    with ThreadPoolExecutor(READERS) as pool:
        answers = dict(zip(wanted, pool.map(carried(read), wanted.values()), strict=True))
    return {i: _seen(i, answers, wanted) for i in wanted}


def _seen(
    i: str,
    answers: Mapping[str, Json | HttpResponseError | None],
    wanted: Mapping[str, Target],
) -> Json | None:
    """What was read, or what a refused read of a child says: its parent is gone, or not well.

    Raises:
        HttpResponseError: the refusal says nothing of the kind.
    """
    answer = answers[i]
    if not isinstance(answer, HttpResponseError):
        return answer
    if answer.status_code in SAYS_NOTHING:
        raise answer
    for other, target in wanted.items():
        parent = answers[other]
        if other == i or not within(i, other) or isinstance(parent, HttpResponseError):
            continue
        if parent is None:
            return None
        if target.resource.state(parent) != "succeeded":
            return UNREAD
    raise answer


def _stranger(found: object) -> Stranger:
    """The SDK's model in the words of this room."""
    each = {name: getattr(found, name, None) for name in ("id", "type", "tags", "managed_by")}
    return Stranger(
        str(each["id"]), str(each["type"]), each["tags"] or {}, str(each["managed_by"] or "")
    )
