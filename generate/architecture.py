"""The picture of the rooms, drawn from the imports that are really there.

A room stands above all that it imports; an arrow that follows from others is left out. What is
imported for annotations only is not drawn.
"""

import importlib
from collections.abc import Iterator
from html import escape

import grimp

ROOMS = (
    *("cli", "triggers", "orchestrators", "activities"),
    *("shared.planning", "shared.telemetry", "shared.azure", "shared.records", "shared.resources"),
    "shared.deployment",
    *("local.functions_host", "local.arm_emulator"),
)
WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 250, 64, 275, 120, 20
LINE = 38  # characters of a line inside of a box
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#57606a}text.name{font:600 14px ui-monospace,"
    "monospace;fill:#1f2328}rect{fill:#f6f8fa;stroke:#8c959f}path{fill:none;stroke:#8c959f;"
    "stroke-width:1.3}marker path{fill:#8c959f}@media(prefers-color-scheme:dark){text{fill:#9198a1}"
    "text.name{fill:#f0f6fc}rect{fill:#151b23;stroke:#656c76}path{stroke:#656c76}"
    "marker path{fill:#656c76}}"
)

Imports = dict[str, set[str]]
Place = tuple[int, int]


def picture() -> str:
    """The picture as SVG."""
    imports = rooms_imported()
    places = _places(imports)
    arrows = [_arrow(places[a], places[b]) for a in ROOMS for b in sorted(_direct(imports, a))]
    boxes = [line for room in ROOMS for line in _box(room, places[room])]
    width = max(x for x, _ in places.values()) + WIDTH + MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
    )
    title = "<title>The rooms and what they import</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", tip, *arrows, *boxes, "</svg>\n"])


def rooms_imported() -> Imports:
    """Which rooms each room imports."""
    packages = sorted({room.split(".")[0] for room in ROOMS})
    graph = grimp.build_graph(*packages, exclude_type_checking_imports=True, cache_dir=None)
    found: Imports = {room: set() for room in ROOMS}
    for module in sorted(graph.modules):
        here = _room(module)
        for imported in graph.find_modules_directly_imported_by(module):
            there = _room(imported)
            if here and there and here != there:
                found[here].add(there)
    return found


def _room(module: str) -> str | None:
    return next((room for room in ROOMS if f"{module}.".startswith(f"{room}.")), None)


def _beneath(imports: Imports, room: str) -> set[str]:
    """All rooms that a room leads to."""
    return imports[room].union(*(_beneath(imports, other) for other in imports[room]))


def _direct(imports: Imports, room: str) -> set[str]:
    """The rooms that are imported and that no other imported one leads to."""
    further = set[str]().union(*(_beneath(imports, other) for other in imports[room]))
    return imports[room] - further


def _places(imports: Imports) -> dict[str, Place]:
    """The corner of each box: what imports nothing is at the bottom, each row is centred."""

    def depth(room: str) -> int:
        return 1 + max(map(depth, imports[room])) if imports[room] else 0

    rows: dict[int, list[str]] = {}
    for room in ROOMS:
        rows.setdefault(depth(room), []).append(room)
    widest, top = max(map(len, rows.values())), max(rows)
    return {
        room: (MARGIN + (widest - len(row)) * ACROSS // 2 + at * ACROSS, MARGIN + (top - d) * DOWN)
        for d, row in rows.items()
        for at, room in enumerate(row)
    }


def _arrow(start: Place, end: Place) -> str:
    x, y = start[0] + WIDTH // 2, start[1] + HEIGHT
    to_x, to_y = end[0] + WIDTH // 2, end[1]
    middle = (y + to_y) // 2
    return f'<path d="M{x} {y}C{x} {middle} {to_x} {middle} {to_x} {to_y}" marker-end="url(#tip)"/>'


def _box(room: str, place: Place) -> Iterator[str]:
    x, y = place
    yield f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    yield f'<text class="name" x="{x + 12}" y="{y + 21}">{room}</text>'
    for at, line in enumerate(_lines(_purpose(room))[:2]):
        yield f'<text x="{x + 12}" y="{y + 39 + 15 * at}">{escape(line)}</text>'


def _purpose(room: str) -> str:
    """The first sentence of what the package says of itself."""
    text = (importlib.import_module(room).__doc__ or "").split("\n")[0]
    return text.split(". ")[0].rstrip(".").replace("``", "")


def _lines(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
