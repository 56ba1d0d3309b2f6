"""From a path to whoever answers it: routes of their own first, then resources by their ids."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from local.arm_emulator.wire.messages import Response

RouteHandler = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A path with ``{parameters}``; the handler gets the cloud, the call and the parameters."""

    method: str
    template: str
    handler: RouteHandler
    api_version: bool = True  # whether the query must carry an api-version


class Router:
    """Routes by method and number of segments; compared without regard to case."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: defaultdict[tuple[str, int], list[tuple[list[str], Route]]]
        self._routes = defaultdict(list)
        for route in routes:
            parts = route.template.strip("/").split("/")
            self._routes[(route.method, len(parts))].append((parts, route))
            if route.method == "GET":
                self._routes[("HEAD", len(parts))].append((parts, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a path with the values of its parameters."""
        parts = path.strip("/").split("/")
        lowered = [part.lower() for part in parts]
        for template, route in self._routes.get((method, len(parts)), ()):
            values = _match(template, parts, lowered)
            if values is not None:
                return route, values
        return None


def _match(template: list[str], parts: list[str], lowered: list[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for wanted, part, low in zip(template, parts, lowered, strict=True):
        if wanted[:1] == "{":
            values[wanted[1:-1]] = part
        elif wanted.lower() != low:
            return None
    return values
