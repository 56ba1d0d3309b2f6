"""Print how far the emulator agrees with Azure: facts by type and by kind of source, the unmet."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from tests.local.arm_emulator.conformance.facts import commands, facts, sources, summary, unmet


def by_type() -> Table:
    """A row for each type: its facts, how many are refusals, how many are not met."""
    table = Table("type", "facts", "refusals", "unmet", title="Facts about Azure")
    every = Counter(each.kind.type for each in facts())
    refusals = Counter(each.kind.type for each in facts() if each.refusal)
    missed = Counter(each.kind.type for each in facts() if each.id in unmet())
    for name, count in sorted(every.items()):
        table.add_row(name, str(count), str(refusals[name]), str(missed[name] or ""))
    return table


def by_source() -> Table:
    """A row for each kind of source."""
    table = Table("source", "facts", "found at", title="Who says so")
    kinds = Counter(each.source.partition(" ")[0] for each in facts())
    for word, count in kinds.most_common():
        row = sources()[word]
        table.add_row(f"{word} ({row['kind']})", str(count), row["at"])
    return table


def missed() -> Table:
    """A row for each fact that the emulator does not obey."""
    table = Table("fact", "why not yet", title="Unmet")
    for identity, reason in sorted(unmet().items()):
        table.add_row(identity, reason)
    return table


def of_the_cli() -> Table:
    """A row for each command of the Azure CLI: how it ends, and who says so."""
    refused = sum(1 for each in commands() if each.not_emulated)
    title = f"az: {len(commands())} commands, {refused} of them not emulated"
    table = Table("az", "ends", "by, or why not emulated", title=title)
    for each in commands():
        ends = "not emulated" if each.not_emulated else f"{each.exit} {each.says}".strip()
        table.add_row(each.az, ends, each.not_emulated or each.source)
    return table


if __name__ == "__main__":
    console = Console()
    for each in (by_type(), by_source(), missed(), of_the_cli()):
        console.print(each)
    console.print(summary())
