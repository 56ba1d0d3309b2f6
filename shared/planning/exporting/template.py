"""A deployment as an ARM template for its resource group; pure.

What lies in other groups is a nested deployment each.
https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
"""

from collections.abc import Mapping
from typing import Any

from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId, within
from shared.deployment.specs.secrets import MARK, is_secret
from shared.planning.exporting.items import (
    PROVIDERS,
    WITHOUT_RESTART,
    Export,
    Exported,
    parameter,
)

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
NESTED = "2025-04-01"


def template(export: Export) -> Json:
    """The template; whoever deploys it makes the group and gives the secrets."""
    nested = [_nested(export, item) for item in export.outside]
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "metadata": {"description": f"The deployment {export.name}. {WITHOUT_RESTART}"},
        "parameters": {
            name: {"type": "securestring", "metadata": {"description": where}}
            for name, where in export.secrets.items()
        },
        "resources": [*(_resource(export, item) for item in export.inside), *nested],
    }


def _resource(export: Export, item: Exported) -> Json:
    kind, name = _full_type(item)
    return {
        "type": kind,
        "apiVersion": item.version,
        "name": _text(export, name),
        **_value(export, item.body),
        "dependsOn": _before(export, item),
    }


def _nested(export: Export, item: Exported) -> Json:
    """In the words of the outer template, so that its ids are those of the group of that."""
    place = ResourceId.of(item.id)
    inner = {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "resources": [{**_resource(export, item), "dependsOn": []}],
    }
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": NESTED,
        "name": item.symbol,
        "subscriptionId": place.subscription,
        "resourceGroup": place.group,
        "properties": {"mode": "Incremental", "template": inner},
        "dependsOn": _before(export, item),
    }


def _before(export: Export, item: Exported) -> list[str]:
    by_symbol = {each.symbol: each for each in export.items}
    before = [by_symbol[symbol] for symbol in item.after]
    return [
        _text(export, each.id) if within(each.id, export.group_id) else _nested_id(each)
        for each in before
        if each.id != export.group_id
    ]


def _nested_id(item: Exported) -> str:
    place = ResourceId.of(item.id)
    return (
        f"[resourceId('{place.subscription}', '{place.group}', 'Microsoft.Resources/deployments', "
        f"'{item.symbol}')]"
    )


def _full_type(item: Exported) -> tuple[str, str]:
    """Type and name by all their segments; that of what extends another names its provider."""
    first, *more = item.id.split(PROVIDERS)[1:]
    namespace, *rest = first.split("/")
    kinds, names = [namespace, *rest[0::2]], rest[1::2]
    for extension in more:
        provider, *rest = extension.split("/")
        kinds += ["providers", *rest[0::2]]
        names += [provider, *rest[1::2]]
    return "/".join(kinds), "/".join(names)


def _value(export: Export, value: Any) -> Any:
    if is_secret(value):
        return f"[parameters('{parameter(value[MARK])}')]"
    if isinstance(value, Mapping):
        return {_text(export, name): _value(export, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_value(export, each) for each in value]
    return _text(export, value) if isinstance(value, str) else value


def _text(export: Export, text: str) -> str:
    """A text; an id inside of the group is relative to it."""
    if within(text, export.group_id) and len(text) > len(export.group_id):
        rest = text[len(export.group_id) :].replace("'", "''")
        return f"[concat(resourceGroup().id, '{rest}')]"
    return f"[{text}" if text.startswith("[") else text
