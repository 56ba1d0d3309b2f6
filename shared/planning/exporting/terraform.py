"""A deployment as Terraform with the azapi provider, and an import of each of its resources; pure.

https://registry.terraform.io/providers/Azure/azapi/latest/docs/resources/resource
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from shared.deployment.resource_id import same, within
from shared.deployment.specs.secrets import MARK, is_secret
from shared.planning.exporting.items import WITHOUT_RESTART, Export, Exported, parameter

INDENT = "  "
APART = ("location", "tags", "identity")  # arguments of the resource, not of its body
HEAD = """terraform {
  required_version = ">= 1.5"
  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = "~> 2.0"
    }
  }
}"""

Write = Callable[[str], str]
"""A text as HCL writes it, quotes included."""


def terraform(export: Export) -> dict[str, str]:
    """The files, by name: what is made, and what takes over that which is there."""
    variables = [_variable(name, where) for name, where in export.secrets.items()]
    made = [_resource(export, item) for item in export.items]
    imports = [_import(item) for item in export.items]
    head = f"# The deployment {export.name}. {WITHOUT_RESTART}"
    return {
        "main.tf": "\n\n".join([head, HEAD, *variables, *made]) + "\n",
        "imports.tf": "\n\n".join(imports) + "\n",
    }


def _variable(name: str, where: str) -> str:
    lines = [f"description = {_quoted(where)}", "type = string", "sensitive = true"]
    return _block(f'variable "{name}"', lines)


def _import(item: Exported) -> str:
    lines = [
        f"to = azapi_resource.{item.symbol}",
        f"id = {_quoted(f'{item.id}?api-version={item.version}')}",
    ]
    return _block("import", lines)


def _resource(export: Export, item: Exported) -> str:
    write = _inside(export, item)
    body = {name: each for name, each in item.body.items() if name not in APART}
    lines = [
        f"type = {_quoted(f'{item.kind}@{item.version}')}",
        f"parent_id = {write(item.parent)}",
        f"name = {_quoted(item.name)}",
    ]
    if "location" in item.body:
        lines.append(f"location = {_quoted(item.body['location'])}")
    if identity := item.body.get("identity"):
        ids = [*identity.get("userAssignedIdentities", {})]
        parts = [f"type = {_quoted(identity['type'])}", f"identity_ids = {_value(ids, write)}"]
        lines.append(_block("identity", parts))
    if tags := item.body.get("tags"):
        lines.append(f"tags = {_value(tags, write)}")
    lines.append(f"body = {_value(body, write)}")
    if item.after:
        lines.append(f"depends_on = [{', '.join(f'azapi_resource.{s}' for s in item.after)}]")
    return _block(f'resource "azapi_resource" "{item.symbol}"', lines)


def _inside(export: Export, item: Exported) -> Write:
    """Refers to what is made here by its address; to itself nothing can."""

    def write(text: str) -> str:
        holders = [e for e in export.items if within(text, e.id) and not same(e.id, item.id)]
        if within(text, item.id) or not holders:
            return _quoted(text)
        holder = max(holders, key=lambda each: len(each.id))
        if holder.symbol not in item.after and not same(holder.id, item.parent):
            return _quoted(text)  # not before it: it may be made later
        rest = text[len(holder.id) :]
        address = f"azapi_resource.{holder.symbol}.id"
        return f'"${{{address}}}{_escaped(rest)}"' if rest else address

    return write


def _value(value: Any, write: Write) -> str:
    if is_secret(value):
        return f"var.{parameter(value[MARK])}"
    if isinstance(value, Mapping):
        lines = [f"{_quoted(name)} = {_value(each, write)}" for name, each in value.items()]
        return _block("", lines) if value else "{}"
    if isinstance(value, list):
        inner = ",\n".join(_value(each, write) for each in value)
        return f"[\n{_indented(inner)}\n]" if value else "[]"
    if isinstance(value, str):
        return write(value)
    return json.dumps(value)


def _block(head: str, lines: list[str]) -> str:
    inner = _indented("\n".join(lines))
    return f"{head} {{\n{inner}\n}}".lstrip()


def _indented(text: str) -> str:
    return "\n".join(f"{INDENT}{line}" if line else line for line in text.split("\n"))


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1].replace("${", "$${").replace("%{", "%%{")


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'
