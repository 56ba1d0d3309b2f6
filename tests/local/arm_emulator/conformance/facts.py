"""Facts about Azure as data: what is asked, what is answered, and who saw it.

One file of `facts/` is about one type: where its resource lies, the body that makes it, what has to
be there before, and its facts. A fact is one request and what Azure is known to answer; its source
is never this project. Whoever runs them (plain HTTP, an SDK) is elsewhere; see world.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
Json = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """What the facts of one file have in common."""

    type: str
    at: str  # such as virtualNetworks/vnet/subnets/s, in the group rg
    body: Json = field(default_factory=dict)  # what makes one
    needs: tuple[str, ...] = ()  # names of given.yaml, there before every fact
    sdk: str = ""  # client and operation group, such as network.subnets

    def names(self, group: str = "rg") -> list[str]:
        """What SDKs take to name the resource: its group, then its names."""
        if self.type == "Microsoft.Resources/resourceGroups":
            return [self.at.rpartition("/")[2]]
        parts = self.at.split("/")
        found = [group, *(parts[2::2] if parts[0].startswith("Microsoft.") else parts[1::2])]
        if self.sdk == "dns.record_sets":
            found.insert(2, self.type.rpartition("/")[2])
        return found


@dataclass(frozen=True)
class Fact:
    """One request and its answer. Every expectation that is not stated is open."""

    kind: Kind
    title: str
    request: str  # a method, then a path where it is not that of the resource itself
    status: int
    source: str
    given: tuple[str, ...] = ()  # names of given.yaml; "self" is the resource
    running: tuple[str, ...] = ()  # names of given.yaml, written just before and not yet done
    group: str = "rg"
    change: Json = field(default_factory=dict)  # merged over the body; a None removes
    body: Any = None  # sent instead of the body and its change
    query: Mapping[str, str] = field(default_factory=dict)
    send: Mapping[str, str] = field(default_factory=dict)  # headers
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the emulator
    error: str = ""
    header: Mapping[str, Any] = field(default_factory=dict)  # patterns; None: not there
    answer: Any = None  # a pattern of the body
    polled: Any = None  # a pattern of the operation's monitor while it runs
    ends: Any = None  # and when it has ended
    shows: Any = None  # a pattern of a GET after that

    @property
    def id(self) -> str:
        """How a reader and unmet.yaml name it."""
        return f"{self.kind.type.partition('/')[2]}: {self.title}"

    @property
    def method(self) -> str:
        return self.request.partition(" ")[0]

    @property
    def refusal(self) -> bool:
        """Whether Azure says no, at once or by the operation's end."""
        return self.status >= 400 or (isinstance(self.ends, dict) and "error" in self.ends)


@cache
def facts() -> tuple[Fact, ...]:
    """Every fact, file by file."""
    return tuple(_read())


@cache
def kinds() -> Mapping[str, Kind]:
    """What is common to the facts of each file, by the file's name."""
    return {file: kind for file, kind, _ in _files()}


@dataclass(frozen=True)
class Command:
    """A command of the Azure CLI, and how it ends on Azure."""

    az: str
    source: str
    exit: int = 0
    says: str = ""  # what its errors contain
    prints: str = ""  # its output, if that is a word
    shows: Any = None  # a pattern of its output
    not_emulated: str = ""  # why the emulator refuses it, though Azure does not


@cache
def commands() -> tuple[Command, ...]:
    """The commands of the Azure CLI, in their order."""
    return tuple(Command(**row) for row in _load(HERE / "az.yaml"))


def bounds() -> list[Json]:
    """The numbers that Azure bounds, as they are written down."""
    rows: list[Json] = _load(HERE / "bounds.yaml")
    return rows


@cache
def given() -> Mapping[str, tuple[str, Json]]:
    """What facts may find there before: a name, its path, its body."""
    rows = _load(HERE / "given.yaml")
    return {name: (row["at"], row.get("body", {})) for name, row in rows.items()}


@cache
def sources() -> Mapping[str, Json]:
    """Where recordings, SDKs and documents are found, by the word that a source starts with."""
    loaded: Mapping[str, Json] = _load(HERE / "sources.yaml")
    return loaded


@cache
def unmet() -> Mapping[str, str]:
    """The facts that the emulator does not obey, and why not yet."""
    loaded: Mapping[str, str] = _load(HERE / "unmet.yaml")
    return loaded


def summary() -> str:
    """One line: how far the emulator agrees with Azure."""
    every, missed = len(facts()), len(unmet())
    share = 100 * (every - missed) / every
    return f"conformance: {every} facts about Azure, {missed} unmet, {share:.1f} % agreement"


def _read() -> Iterator[Fact]:
    for _, kind, rows in _files():
        for row in rows:
            names = {name: tuple(row.get(name, ())) for name in ("given", "running")}
            yield Fact(kind=kind, **row | names)


@cache
def _files() -> tuple[tuple[str, Kind, list[Json]], ...]:
    files = []
    for file in sorted((HERE / "facts").glob("*.yaml")):
        document = _load(file)
        rows = document.pop("facts")
        kind = Kind(**document | {"needs": tuple(document.get("needs", ()))})
        files.append((file.stem, kind, rows))
    return tuple(files)


def _load(file: Path) -> Any:
    return YAML(typ="safe").load(file)
