"""Write-only values: taken out of a body before it is stored, so that no GET can show them."""

from collections.abc import Iterable

from local.arm_emulator.wire.messages import Json


def keep_secrets(body: Json, paths: Iterable[str]) -> dict[str, str]:
    """Remove the values at `paths` from a body; returns them by path, with names for list items.

    A path is dotted and starts in the properties; ``sslCertificates[].properties.data`` reaches
    into every item of a list.
    """
    kept: dict[str, str] = {}
    for path in paths:
        _take(body.get("properties") or {}, path.split("."), "", kept)
    return kept


def _take(node: Json, path: list[str], where: str, kept: dict[str, str]) -> None:
    head, rest = path[0], path[1:]
    if head.endswith("[]"):
        for item in node.get(head[:-2]) or []:
            _take(item, rest, f"{where}{head[:-2]}/{item.get('name', '')}.", kept)
    elif not rest:
        value = node.pop(head, None)
        if value is not None:
            kept[f"{where}{head}"] = str(value)
    elif isinstance(node.get(head), dict):
        _take(node[head], rest, f"{where}{head}.", kept)
