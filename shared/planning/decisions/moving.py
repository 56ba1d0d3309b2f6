"""Which fields of a spec moved a resource: those that, put back, give it its old id back; pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource

Path = tuple[str, ...]


def moving_fields(
    resource: Resource, spec: DeploymentSpec, previous: DeploymentSpec | None
) -> list[str]:
    """The fields whose change gave a resource another id; empty where nothing moved it."""
    if previous is None or not resource.made(previous):
        return []
    if resource.id(previous).casefold() == resource.id(spec).casefold():
        return []
    old, new = (s.model_dump(mode="json", by_alias=True) for s in (previous, spec))
    paths = list(_changed(old, new))
    moving = [path for path in paths if _moves(resource, spec, _with(new, path, _at(old, path)))]
    return [".".join(path) for path in moving or paths]


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], at: Path = ()) -> Iterator[Path]:
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            yield from _changed(before, value, (*at, name))
        elif before != value:
            yield (*at, name)


def _moves(resource: Resource, spec: DeploymentSpec, raw: Json) -> bool:
    try:
        other = DeploymentSpec.model_validate(raw)
    except ValidationError:  # the old value does not go with the rest: it says nothing by itself
        return False
    return not resource.made(other) or resource.id(other) != resource.id(spec)


def _at(raw: Any, path: Path) -> Any:
    for name in path:
        raw = raw.get(name)
    return raw


def _with(raw: Json, path: Path, value: Any) -> Json:
    head, *rest = path
    return {**raw, head: _with(raw[head], tuple(rest), value) if rest else value}
