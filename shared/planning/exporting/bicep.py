"""A deployment as Bicep files: its group's, and one for each resource elsewhere; pure.

https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.deployment.resource_id import ResourceId, same, within
from shared.deployment.specs.secrets import MARK, is_secret
from shared.planning.exporting.items import (
    PROVIDERS,
    WITHOUT_RESTART,
    Export,
    Exported,
    parameter,
)

MAIN = "main.bicep"
INDENT = "  "
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = {"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t"}

Write = Callable[[str], str]
"""A text as Bicep writes it, quotes included."""


def bicep(export: Export) -> dict[str, str]:
    """The files, by name."""
    lines = [f"// The deployment {export.name}. {WITHOUT_RESTART}", "targetScope = 'resourceGroup'"]
    lines += [_parameter(name, where) for name, where in export.secrets.items()]
    lines += [_resource(export, item) for item in export.inside]
    lines += [_module(export, item) for item in export.outside]
    modules = {f"{item.symbol}.bicep": _elsewhere(export, item) for item in export.outside}
    return {MAIN: "\n\n".join(lines) + "\n", **modules}


def _parameter(name: str, where: str) -> str:
    return f"@secure()\n@description({_quoted(where)})\nparam {name} string"


def _resource(export: Export, item: Exported) -> str:
    write = _inside(export, item)
    holder = export.found(item.parent)
    lines = []
    if item.extends and holder:
        lines = [f"scope: {holder.symbol}", f"name: {_quoted(item.name)}"]
    elif holder and holder.id != export.group_id:
        lines = [f"parent: {holder.symbol}", f"name: {_quoted(item.name)}"]
    else:
        lines = [f"name: {_quoted(_names(item))}"]
    lines += _assigned(item.body, write)
    text = "\n".join(lines)
    said = set(re.findall(r"\b(\w+)\.id\}", text)) | ({holder.symbol} if holder else set())
    after = [s for s in item.after if s not in said and s in {i.symbol for i in export.items}]
    after = [s for s in after if s != _group(export)]
    if after:
        lines.append("dependsOn: [\n" + "".join(f"{INDENT}{s}\n" for s in after) + "]")
    return _block(f"resource {item.symbol} '{item.kind}@{item.version}'", lines)


def _group(export: Export) -> str | None:
    group = export.found(export.group_id)
    return group.symbol if group else None


def _module(export: Export, item: Exported) -> str:
    """A file of its own, since a file has one group."""
    place = ResourceId.of(item.id)
    lines = [
        f"name: {_quoted(item.symbol)}",
        f"scope: resourceGroup({_quoted(place.subscription)}, {_quoted(place.group)})",
        "params: {\n" + f"{INDENT}groupId: resourceGroup().id\n" + "}",
    ]
    after = [s for s in item.after if s != _group(export)]
    if after:
        lines.append("dependsOn: [\n" + "".join(f"{INDENT}{s}\n" for s in after) + "]")
    return _block(f"module {item.symbol} './{item.symbol}.bicep'", lines)


def _elsewhere(export: Export, item: Exported) -> str:
    def write(text: str) -> str:
        if within(text, export.group_id):
            return f"'${{groupId}}{_escaped(text[len(export.group_id) :])}'"
        return _quoted(text)

    lines = [f"name: {_quoted(_names(item))}", *_assigned(item.body, write)]
    head = "@description('Id of the group that the deployment lies in.')\nparam groupId string"
    made = _block(f"resource {item.symbol} '{item.kind}@{item.version}'", lines)
    return f"{head}\n\n{made}\n"


def _names(item: Exported) -> str:
    """All its names, where what it lies in is not of this file."""
    last = item.id.rpartition(PROVIDERS)[2]
    return "/".join(last.split("/")[2::2])


def _assigned(body: Mapping[str, Any], write: Write) -> list[str]:
    return [f"{_key(name, write)}: {_value(each, write)}" for name, each in body.items()]


def _inside(export: Export, item: Exported) -> Write:
    """Refers to what is made in this file by its symbol; to itself nothing can."""

    def write(text: str) -> str:
        holders = [e for e in export.inside if within(text, e.id) and not same(e.id, item.id)]
        if not within(text, item.id) and holders:
            holder = max(holders, key=lambda each: len(each.id))
            rest = text[len(holder.id) :]
            whole = f"'${{{holder.symbol}.id}}{_escaped(rest)}'"
            return whole if rest else f"{holder.symbol}.id"
        if within(text, export.group_id):
            return f"'${{resourceGroup().id}}{_escaped(text[len(export.group_id) :])}'"
        return _quoted(text)

    return write


def _value(value: Any, write: Write) -> str:
    if is_secret(value):
        return parameter(value[MARK])
    if isinstance(value, Mapping):
        return _block("", _assigned(value, write)).strip() if value else "{}"
    if isinstance(value, list):
        inner = "\n".join(_value(each, write) for each in value)
        return f"[\n{_indented(inner)}\n]" if value else "[]"
    if isinstance(value, str):
        return write(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _key(name: str, write: Write) -> str:
    if _WORD.fullmatch(name):
        return name
    written = write(name)
    return written if written.startswith("'") else f"'${{{written}}}'"


def _block(head: str, lines: list[str]) -> str:
    inner = _indented("\n".join(lines))
    return f"{head} = {{\n{inner}\n}}" if head else f"{{\n{inner}\n}}"


def _indented(text: str) -> str:
    return "\n".join(f"{INDENT}{line}" if line else line for line in text.split("\n"))


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(char, char) for char in text).replace("${", r"\${")


def _quoted(text: str) -> str:
    return f"'{_escaped(text)}'"
