"""Reads the templates as far as they are literal, with pycep's grammar.

pycep's own JSON does not do: it takes names for texts, and keeps the last of several children.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, Tree
from pycep.main import LARK_GRAMMAR

INFRA = Path(__file__).parents[2] / "infra"
FILES = sorted(path.name for path in INFRA.glob("*.bicep"))
_FIRST_NAME = re.compile(r"(?<![\w.'])([A-Za-z_]\w*)\b(?!\s*[('])")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expression:
    """What only a compiler, or Azure, can say the value of; and the names it is made from."""

    names: frozenset[str] = frozenset()
    text: str = ""
    given: tuple[Any, ...] = field(default=(), compare=False)  # what a function is given


@dataclass(frozen=True, slots=True)
class Each:
    """What a loop makes of each of its items."""

    body: Any


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource or a module."""

    name: str
    target: str  # type@version, or the file of a module
    body: Json
    existing: bool = False


@dataclass(slots=True)
class Template:
    """One file."""

    parameters: dict[str, Any] = field(default_factory=dict)  # name -> default; None: there is none
    variables: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Declared] = field(default_factory=dict)
    modules: dict[str, Declared] = field(default_factory=dict)
    items: set[str] = field(default_factory=set)  # what loops call their items
    asked: set[str] = field(default_factory=set)  # names that loops and conditions are made from
    scope: str = "resourceGroup"


class _Reader(Transformer[Token, Template]):
    """Makes a `Template` of a parsed file."""

    def __init__(self) -> None:
        super().__init__()
        self.template = Template()

    def start(self, _: list[Any]) -> Template:
        return self.template

    def scope(self, args: list[Any]) -> None:
        self.template.scope = _unquoted(args[0])

    def param(self, args: list[Any]) -> None:
        self.template.parameters[str(args[1])] = args[3]

    def var(self, args: list[Any]) -> None:
        self.template.variables[str(args[1])] = _listed(args[-1])

    def output(self, args: list[Any]) -> None:
        self.template.outputs[str(args[1])] = _listed(args[-1])

    def resource(self, args: list[Any]) -> None:
        made = Declared(str(args[1]), args[2], _one(args[4]), existing=args[3] is not None)
        self.template.resources[made.name] = made
        self._adopt(made)

    def module(self, args: list[Any]) -> None:
        self.template.modules[str(args[1])] = Declared(str(args[1]), args[2], _one(args[3]))

    def child_resource(self, args: list[Any]) -> Declared:
        return Declared(str(args[0]), _unquoted(args[1]), _one(args[3]))

    def _adopt(self, parent: Declared) -> None:
        """Give the children of a resource the whole of their type."""
        for child in parent.body.pop("resources", []):
            arm_type, _, version = parent.target.partition("@")
            grown = Declared(child.name, f"{arm_type}/{child.target}@{version}", child.body)
            self.template.resources[child.name] = grown
            self._adopt(grown)

    def type_api_pair(self, args: list[Any]) -> str:
        return _unquoted(args[0])

    module_path = type_api_pair

    def object(self, args: list[Any]) -> Json:
        made: Json = dict(part for part in args if isinstance(part, tuple))
        children = [part for part in args if isinstance(part, Declared)]
        return made | ({"resources": children} if children else {})

    def pair(self, args: list[Any]) -> tuple[str, Any]:
        return args[0], _listed(args[1])

    def key(self, args: list[Any]) -> str:
        return _unquoted(args[0])

    def array(self, args: list[Any]) -> list[Any]:
        return args

    def loop(self, args: list[Any]) -> Any:
        return Each(args[-1])

    def loop_array(self, args: list[Any]) -> None:
        self.template.items.update(map(str, args[:-1]))
        self.template.asked.update(names_in(args[-1]))

    loop_array_index = loop_array

    def deploy_condition(self, args: list[Any]) -> Any:
        self.template.asked.update(names_in(args[0]))
        return args[-1]

    def string(self, args: list[Any]) -> Any:
        text = str(args[-1])
        if not text.startswith("'"):
            return Expression(frozenset({text}), text)
        names = frozenset(_interpolated(text))
        return Expression(names, text) if "${" in text else _unquoted(text)

    def property_accessor(self, args: list[Any]) -> Expression:
        return _made_from(args[:1])

    def int_type(self, args: list[Any]) -> int:
        return int(args[-1])

    def true(self, _: Any) -> bool:
        return True

    def false(self, _: Any) -> bool:
        return False

    def null(self, _: Any) -> None:
        return None

    def decorators(self, _: Any) -> None:
        return None

    def function(self, args: list[Any]) -> Expression:
        return Expression(frozenset(names_in(args)), given=tuple(args[1:]))

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        return _made_from(children)


def _made_from(parts: list[Any]) -> Expression:
    return Expression(frozenset(names_in(parts)))


def names_in(value: Any) -> Iterator[str]:
    """The names that a value is made from."""
    if isinstance(value, Expression):
        yield from value.names
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _interpolated(key)
            yield from names_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from names_in(part)
    elif isinstance(value, Declared):
        yield from names_in(value.body)


def _interpolated(text: str) -> Iterator[str]:
    for part in re.findall(r"\$\{(.*?)\}", text):
        yield from _FIRST_NAME.findall(part)


def _one(value: Any) -> Any:
    return value.body if isinstance(value, Each) else value


def _listed(value: Any) -> Any:
    return [value.body] if isinstance(value, Each) else value


def _unquoted(text: Any) -> str:
    return str(text).strip("'")


@cache
def _grammar() -> Lark:
    return Lark(LARK_GRAMMAR, parser="lalr", regex=True)


def read(file: str) -> Template:
    """One of the templates."""
    tree: Tree[Token] = _grammar().parse((INFRA / file).read_text(encoding="utf-8"))
    return _Reader().transform(tree)
