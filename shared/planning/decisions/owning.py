"""Whose something is: by the record of its id, and by the marks that we put on it; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from shared.deployment.inventory import Item, Stranger
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue
from shared.resources.marks import DEPLOYMENT, INSTALLATION, MARKS


class Owner(NamedTuple):
    """Who we are: what the marks on everything of ours say."""

    deployment: str
    installation: str

    @property
    def marks(self) -> dict[str, str]:
        """The tags that tell ours from everybody else's."""
        return {DEPLOYMENT: self.deployment, INSTALLATION: self.installation}

    def has_marked(self, tags: Mapping[str, str]) -> bool:
        """Whether these tags are the marks of this deployment in this installation."""
        return self.marks.items() <= dict(tags).items()


def with_marks(resource: Resource, spec: DeploymentSpec, owner: Owner) -> Json:
    """The desired body with the marks of this deployment."""
    body = resource.tagged_body(spec)
    if not resource.taggable:
        return body
    return {**body, "tags": {**body["tags"], **owner.marks}}


def without_marks(body: Json) -> Json:
    """Somebody else's resource is not marked as ours: nothing may ever delete it on our behalf."""
    tags = {k: v for k, v in body.get("tags", {}).items() if k not in MARKS}
    return {**body, "tags": tags} if tags else {k: v for k, v in body.items() if k != "tags"}


def is_ours(
    resource: Resource,
    resource_id: str,
    observed: Json,
    item: Item | None,
    owner: Owner,
    ours: Sequence[str],
) -> bool:
    """By the record of its id; without one, or while only intended, by its marks.

    What carries no tags is ours where it lies inside something of ours.
    """
    if item and item["provenance"] != "adopted" and item["state"] == "seen":
        return True
    if resource.taggable:
        tags = observed.get("tags") or {}
        return owner.has_marked(tags) or (
            item is not None and tags.get(DEPLOYMENT) == owner.deployment
        )
    inside = resource_id.casefold()
    return any(inside.startswith(f"{i}/".casefold()) for i in ours if "/providers/" in i)


def forgotten(
    strangers: Iterable[Stranger], known: Collection[str], owner: Owner
) -> dict[str, Item]:
    """What bears our marks and is not among the known ids: it was ours before a record was lost."""
    there = {i.casefold() for i in known}
    types = {resource.arm_type.casefold(): resource.key for resource in catalogue().resources}
    return {
        each.id: Item(key=types[each.arm_type.casefold()], provenance="created", state="seen")
        for each in strangers
        if owner.has_marked(each.tags)
        and each.arm_type.casefold() in types
        and each.id.casefold() not in there
    }


def unknown(strangers: Iterable[Stranger], known_ids: Iterable[str]) -> list[str]:
    """Ids that are not known; what a resource of ours manages, or holds inside, is ours."""
    known = {i.casefold() for i in known_ids}
    holders = tuple(f"{i}/" for i in known if "/providers/" in i)
    return [
        each.id
        for each in strangers
        if not f"{each.id.casefold()}/".startswith(holders)
        and each.managed_by.casefold() not in known
    ]
