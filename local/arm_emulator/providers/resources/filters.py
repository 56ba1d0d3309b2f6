"""The filters that lists of resources and of groups take; any other is refused, never ignored.

https://learn.microsoft.com/rest/api/resources/resources/list has the properties and the functions:
eq and ne, substringof and startswith, joined by and and or. A tag's name is compared without
regard to case, its value with it. That a tag does not go together with other properties is said
there as well, yet az sends both, so it is let through.
"""

import re
from collections.abc import Callable, Iterable

from local.arm_emulator.state.store import Resource
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError

Keep = Callable[[Resource], bool]
TEXT = r"'((?:[^']|'')*)'"
COMPARED = re.compile(rf"([\w/.]+)\s+(eq|ne)\s+{TEXT}", re.IGNORECASE)
WITHIN = re.compile(rf"substringof\(\s*{TEXT}\s*,\s*(\w+)\s*\)", re.IGNORECASE)
TAGGED = re.compile(rf"tagName\s+eq\s+{TEXT}\s+and\s+tagValue\s+eq\s+{TEXT}", re.IGNORECASE)
BEGUN = re.compile(rf"startswith\(\s*tagName\s*,\s*{TEXT}\s*\)", re.IGNORECASE)
JOINT = re.compile(r"\s*(and|or)\s+", re.IGNORECASE)
READ: dict[str, Callable[[Resource], str]] = {
    "location": lambda each: canonical(str(each.body.get("location", ""))),
    "resourcetype": lambda each: each.id.type,
    "resourcegroup": lambda each: each.id.group,
    "name": lambda each: each.id.name,
    "identity/principalid": lambda each: str((each.body.get("identity") or {}).get("principalId")),
}
OF_GROUPS: tuple[str, ...] = ()  # they are found by their tags alone


def read_filter(text: str, known: Iterable[str] = tuple(READ)) -> Keep:
    """Whether a resource is wanted; everything is where nothing is said.

    Raises:
        ArmError: 400 for what is not understood, or a tagValue without its tagName.
    """
    rest, names = text.strip(), set(known)
    if not rest:
        return lambda resource: True
    if re.match(r"tagValue\b", rest, re.IGNORECASE) and "tagname" not in rest.lower():
        message = f"The filter {text!r} has a tagValue without its tagName."
        raise ArmError(400, "InvalidFilterInQueryString", message)
    either: list[list[Keep]] = [[]]
    while True:
        clause, rest = _clause(rest, names) or _refuse(text)
        either[-1].append(clause)
        if not rest:
            break
        joint = JOINT.match(rest)
        if joint is None:
            _refuse(text)
            break
        if joint.group(1).lower() == "or":
            either.append([])
        rest = rest[joint.end() :]
    return lambda resource: any(all(each(resource) for each in every) for every in either)


def _refuse(text: str) -> tuple[Keep, str]:
    # [K] the code; that it is refused, and never ignored, is documented.
    message = f"The filter {text!r} is not understood."
    raise ArmError(400, "InvalidFilterInQueryString", message)


def _clause(text: str, names: set[str]) -> tuple[Keep, str] | None:
    """The first condition of a filter, and what is left; None where it is none."""
    found = TAGGED.match(text)
    if found:
        return _tagged(_plain(found[1]), _plain(found[2])), text[found.end() :]
    found = BEGUN.match(text)
    if found:
        return _tagged_like(_plain(found[1])), text[found.end() :]
    found = COMPARED.match(text)
    if found:
        name, value = found[1].lower(), _plain(found[3])
        if name == "tagname" and found[2].lower() == "eq":
            return _tagged(value, None), text[found.end() :]
        if name in names:
            return _compared(name, value, found[2].lower() == "eq"), text[found.end() :]
    found = WITHIN.match(text)
    if found and found[2].lower() in {"name", "resourcegroup"} & names:
        return _within(found[2].lower(), _plain(found[1])), text[found.end() :]
    return None


def _plain(text: str) -> str:
    return text.replace("''", "'")


def _compared(name: str, value: str, equal: bool) -> Keep:
    wanted = canonical(value) if name == "location" else value.lower()
    return lambda each: (READ[name](each).lower() == wanted) == equal


def _within(name: str, part: str) -> Keep:
    return lambda each: part.lower() in READ[name](each).lower()


def _tags(resource: Resource) -> dict[str, str]:
    return {key.lower(): value for key, value in (resource.body.get("tags") or {}).items()}


def _tagged(name: str, value: str | None) -> Keep:
    def keep(resource: Resource) -> bool:
        tags = _tags(resource)
        return name.lower() in tags and value in (None, tags[name.lower()])

    return keep


def _tagged_like(start: str) -> Keep:
    return lambda each: any(name.startswith(start.lower()) for name in _tags(each))
