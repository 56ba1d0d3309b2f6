"""``python -m simulations.edits``: seeded edits, seeded moves of Azure, and which are found.

An edit is found where a scan would read the resource, and then finds it. Every edit of every
resource of every sample is made at least once; what is left of the number is
drawn from them, on bodies that Azure has moved as well. 1 where one was missed, or where something
was found that nobody changed.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from local.world import world
from simulations.edits.noise import moved
from simulations.edits.parameters import PARAMETERS, parameter_edits
from simulations.edits.places import Edit, edits
from simulations.edits.watched import Watched, deployed

ROOT = Path(__file__).parents[2]


class Seen(NamedTuple):
    """What was made and what was missed, or found without reason."""

    made: Counter[str]
    properties: dict[str, set[tuple[str, str]]]  # kind -> (ARM type, property)
    wrong: list[str]


def every_edit(watched: Iterable[Watched]) -> list[tuple[Watched, Edit]]:
    """Each edit of each resource."""
    return [(each, edit) for each in watched for edit in edits_of(each)]


def edits_of(watched: Watched) -> Iterator[Edit]:
    """The edits of one resource."""
    if watched.resource.arm_type == PARAMETERS:
        return parameter_edits(watched.shown)
    return edits(watched.resource.arm_type, watched.shown)


def make_edits(chosen: Iterable[tuple[Watched, Edit]], chance: random.Random | None) -> Seen:
    """Make each edit, and see whether it is found; with a chance, Azure moves things as well."""
    seen = Seen(Counter(), {}, [])
    for each, edit in chosen:
        there = edit.made(each.shown)
        if chance and each.resource.arm_type != PARAMETERS:
            off = edit.value is False or edit.value is None
            there = moved(each.resource.arm_type, there, chance, shows_off=off)
        seen.made[edit.kind] += 1
        properties = seen.properties.setdefault(edit.kind, set())
        properties.add((each.resource.arm_type, edit.property))
        if not (each.noticed(there) and each.drift(there)):
            seen.wrong.append(f"{each.sample} {each.resource.key}: {edit.kind}, {edit.property}")
    return seen


def move(watched: Sequence[Watched], times: int, chance: random.Random) -> list[str]:
    """Let Azure move things, and tell what is found of that."""
    still = [each for each in watched if each.resource.arm_type != PARAMETERS]
    found = []
    for _ in range(times):
        each = chance.choice(still)
        if paths := each.drift(moved(each.resource.arm_type, each.shown, chance)):
            found.append(f"{each.sample} {each.resource.key}: {', '.join(paths[:3])}")
    return found


def small_part(watched: Sequence[Watched], *, edits: int, moves: int, seed: int) -> list[str]:
    """What is wrong with some edits, half of them among moves, and with some moves."""
    chance = random.Random(seed)
    some = chance.sample(every_edit(watched), edits)
    plain, noisy = make_edits(some[::2], None), make_edits(some[1::2], chance)
    return [*plain.wrong, *noisy.wrong, *move(watched, moves, chance)]


def table(seen: Seen) -> str:
    """What was made, by kind, as Markdown."""
    lines = ["| kind of edit | edits | properties | missed |", "|---|---|---|---|"]
    for kind, times in sorted(seen.made.items()):
        missed = sum(f": {kind}, " in wrong for wrong in seen.wrong)
        lines.append(f"| {kind} | {times:,} | {len(seen.properties[kind]):,} | {missed} |")
    every = set[tuple[str, str]]().union(*seen.properties.values())
    whole = f"| all {len(seen.made)} kinds | {seen.made.total():,} | {len(every):,} "
    return "\n".join([*lines, f"{whole}| {len(seen.wrong)} |"])


def main() -> int:
    """Make them all; 1 where something is wrong."""
    parser = argparse.ArgumentParser("python -m simulations.edits", description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--moves", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with world(ROOT, settings={"DRIFT_SCHEDULE": "0 0 0 1 1 *"}) as there:
        there.start()
        samples = sorted(p for p in (ROOT / "samples").glob("*.json") if p.stem != "surroundings")
        watched = deployed(there, samples)
        there.host.stop()
    chance = random.Random(chosen.seed)
    each_once = every_edit(watched)
    more = chance.choices(each_once, k=max(0, chosen.edits - len(each_once)))
    plain, noisy = make_edits(each_once, None), make_edits(more, chance)
    properties = {k: plain.properties[k] | noisy.properties.get(k, set()) for k in plain.properties}
    seen = Seen(plain.made + noisy.made, properties, plain.wrong + noisy.wrong)
    false = move(watched, chosen.moves, chance)
    print(f"seed {chosen.seed}: {len(watched)} resources of {len(samples)} samples\n")
    print(table(seen))
    print(f"\n{chosen.moves:,} moves of Azure: {len(false)} false positives")
    for wrong, times in Counter([*seen.wrong, *false]).most_common(50):
        print(f"{times}: {wrong}")
    return 1 if seen.wrong or false else 0


if __name__ == "__main__":
    sys.exit(main())
