"""Finds every resource class, so that no list has to be kept: the one piece of magic here."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import shared.resources
from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.walks.schedule import in_order
from shared.resources.base import Resource, edges


@dataclass(frozen=True)
class Catalogue:
    """Every resource class, in dependency order."""

    resources: tuple[Resource, ...]
    by_key: Mapping[str, Resource] = field(default_factory=dict)

    def wanted(self, spec: DeploymentSpec) -> tuple[Resource, ...]:
        """Those that this deployment makes."""
        return tuple(resource for resource in self.resources if resource.made(spec))

    def __getitem__(self, key: str) -> Resource:
        return self.by_key[key]

    def __contains__(self, key: object) -> bool:
        return key in self.by_key


@cache
def catalogue() -> Catalogue:
    """All concrete classes of the package, in dependency order.

    Raises:
        ValueError: two classes claim one key.
        ImportError: there is none; an empty plan would look like a success.
    """
    found: dict[str, type[Resource]] = {}
    for kind in _declared():
        if kind.key in found:
            raise ValueError(f"{kind.__name__} and {found[kind.key].__name__}: {kind.key!r}")
        found[kind.key] = kind
    if not found:
        raise ImportError(f"no resource class was found in {shared.resources.__name__}")
    made = {key: kind() for key, kind in sorted(found.items())}
    for resource in made.values():
        resource.amended_by = tuple(r for r in made.values() if type(resource) in r.amends)
        added = [path for other in resource.amended_by for path in other.amended_paths]
        resource.paths = resource.paths.with_(added)
    before = {
        key: [*edges(resource), *(gate.key for gate in resource.starts_after)]
        for key, resource in made.items()
    }
    ordered = tuple(made[key] for key in in_order(before))
    return Catalogue(ordered, {resource.key: resource for resource in ordered})


def _declared() -> Iterator[type[Resource]]:
    """The classes with a key, each from the module that declares it and not from one it is in."""
    for info in pkgutil.iter_modules(shared.resources.__path__):
        module = importlib.import_module(f"{shared.resources.__name__}.{info.name}")
        for kind in vars(module).values():
            here = isinstance(kind, type) and kind.__module__ == module.__name__
            if here and issubclass(kind, Resource) and "key" in vars(kind):
                yield kind
