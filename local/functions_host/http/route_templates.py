"""ASP.NET route templates (`jobs/{id:int?}`, `{*rest}`) and the order in which they are tried."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

_PARAMETER = re.compile(
    r"\{(?P<all>\*{0,2})(?P<name>\w+)(?P<rules>(:[^}=?]+)*)(=(?P<default>[^}]*?))?(?P<optional>\?)?\}"
)
_CONSTRAINTS = {
    "int": r"-?\d+",
    "long": r"-?\d+",
    "decimal": r"-?\d+(?:\.\d+)?",
    "double": r"-?\d+(?:\.\d+)?",
    "float": r"-?\d+(?:\.\d+)?",
    "bool": r"(?:true|false)",
    "guid": r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}",
    "alpha": r"[a-z]+",
}


@dataclass(frozen=True, slots=True)
class Route:
    """A compiled template."""

    pattern: re.Pattern[str]
    defaults: dict[str, str]
    rank: tuple[tuple[int | str, ...], ...]  # smaller is tried first

    def match(self, path: str) -> dict[str, str] | None:
        """The route parameters of a raw path without leading slash; None if it does not fit."""
        found = self.pattern.fullmatch(path.strip("/"))
        if found is None:
            return None
        values = {k: unquote(v) for k, v in found.groupdict().items() if v is not None}
        return self.defaults | values


def check_template(template: str) -> None:
    """Refuse a template in the words of ASP.NET, whose parser the Functions host uses.

    Raises:
        ValueError: see RoutePatternParser.cs in aspnetcore.
    """
    if "//" in template:
        raise ValueError(
            "The route template separator character '/' cannot appear consecutively. It must be "
            "separated by either a parameter or a literal value"
        )
    segments = template.strip("/").split("/")
    seen = set[str]()
    for index, segment in enumerate(segments):
        _check_segment(segment)
        for parameter in _PARAMETER.finditer(segment):
            name = parameter["name"]
            if name.casefold() in seen:
                raise ValueError(
                    f"The route parameter name '{name}' appears more than one time in the route "
                    "template"
                )
            seen.add(name.casefold())
            if parameter["all"] and index < len(segments) - 1:
                raise ValueError(
                    "A catch-all parameter can only appear as the last segment of the route "
                    "template"
                )


def _check_segment(segment: str) -> None:
    literal = _PARAMETER.sub("", segment)
    if "{" in literal or "}" in literal:
        raise ValueError(
            "There is an incomplete parameter in the route template. Check that each '{' character "
            "has a matching '}' character"
        )
    if "?" in literal:
        raise ValueError(
            f"The literal section '{literal}' is invalid. Literal sections cannot contain the '?' "
            "character"
        )
    if "}{" in segment:
        raise ValueError(
            "A path segment cannot contain two consecutive parameters. They must be separated by a "
            "'/' or by a literal string"
        )
    for parameter in _PARAMETER.finditer(segment):
        if parameter["all"] and (parameter["optional"] or parameter.group() != segment):
            raise ValueError("A catch-all parameter cannot be marked optional, nor share a segment")
        if parameter["optional"] and parameter["default"] is not None:
            raise ValueError("An optional parameter cannot have default value")


def compile_route(template: str) -> Route:
    """Compile a template.

    Raises:
        ValueError: ASP.NET refuses it, or this host does not know one of its constraints.
    """
    check_template(template)
    pattern, defaults = "", dict[str, str]()
    for index, segment in enumerate(template.strip("/").split("/")):
        parameter = _PARAMETER.fullmatch(segment)
        slash = "/" if index else ""
        if parameter is None:
            pattern += slash + _literal_or_mixed(segment)
            continue
        name, default = parameter["name"], parameter["default"]
        if default is not None:
            defaults[name] = default
        if parameter["all"]:
            pattern += f"(?:{slash}(?P<{name}>.*))?"
            continue
        value = f"{slash}(?P<{name}>{_constraint(parameter['rules'])})"
        optional = parameter["optional"] or default is not None
        pattern += f"(?:{value})?" if optional else value
    return Route(re.compile(pattern, re.IGNORECASE), defaults, _rank(template))


def _rank(template: str) -> tuple[tuple[int | str, ...], ...]:
    """What routes are tried by, as RouteComparison in WebJobsRouteBuilder.cs compares them.

    Of each segment what it begins with counts, and nothing else: literals in order of their text,
    then parameters, those with more constraints first. What goes on is tried before what ends.
    """
    ranks: list[tuple[int | str, ...]] = []
    for segment in template.strip("/").split("/"):
        first = _PARAMETER.match(segment)
        if first is None:
            ranks.append((0, segment.partition("{")[0].upper()))
        else:
            ranks.append((1, -first["rules"].count(":")))
    return (*ranks, (2,))


def _literal_or_mixed(segment: str) -> str:
    parts, end = "", 0
    for parameter in _PARAMETER.finditer(segment):
        parts += re.escape(segment[end : parameter.start()])
        parts += f"(?P<{parameter['name']}>{_constraint(parameter['rules'])})"
        end = parameter.end()
    return parts + re.escape(segment[end:])


def _constraint(rules: str) -> str:
    for rule in filter(None, rules.split(":")):
        name = rule.lower()
        if name in _CONSTRAINTS:
            return _CONSTRAINTS[name]
        expression = re.fullmatch(r"regex\((.*)\)", rule)
        if expression:
            return expression[1].strip("^$")
        length = re.fullmatch(r"(min|max)?length\((\d+)(?:,(\d+))?\)", name)
        if length is None:
            raise ValueError(f"route constraint {rule!r} is not known to this local host")
        return _length(length[1], length[2], length[3])
    return "[^/]+"


def _length(word: str | None, first: str, second: str | None) -> str:
    if word == "min":
        return f"[^/]{{{first},}}"
    if word == "max":
        return f"[^/]{{1,{first}}}"
    return f"[^/]{{{first},{second or first}}}"
