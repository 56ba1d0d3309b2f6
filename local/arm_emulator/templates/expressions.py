"""Expressions of ARM templates: read into a tree, and evaluated with given functions.

Pure: it knows the syntax alone. What the functions do, and which there are, is the caller's.
https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]
TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<word>\w+)|(?P<sign>\S))")
LAZY = "if"  # evaluates only the branch it takes, as Resource Manager does


class ExpressionError(ValueError):
    """An expression that cannot be read or evaluated; its text says why."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string or a whole number."""

    value: str | int


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function with its arguments."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Access:
    """A property or an item of what another expression gives."""

    of: "Node"
    key: "Node"


Node = Literal | FunctionCall | Access


def is_expression(text: str) -> bool:
    """Whether a string is an expression; ``[[`` is how a text begins with a bracket."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def parse(text: str) -> Node:
    """The tree of an expression in brackets.

    Raises:
        ExpressionError: at what it cannot read.
    """
    return _Parser(text).whole()


def evaluate(value: Any, functions: Mapping[str, Function]) -> Any:
    """A JSON value with every expression in it replaced by what it gives.

    Names of functions are looked up in lower case.
    """
    if isinstance(value, dict):
        return {key: evaluate(each, functions) for key, each in value.items()}
    if isinstance(value, list):
        return [evaluate(each, functions) for each in value]
    if not isinstance(value, str):
        return value
    if is_expression(value):
        return resolve(parse(value), functions)
    return value[1:] if value.startswith("[[") else value


def resolve(node: Node, functions: Mapping[str, Function]) -> Any:
    """What a tree gives."""
    match node:
        case Literal(value):
            return value
        case Access(of, key):
            return _item(resolve(of, functions), resolve(key, functions))
        case FunctionCall(name, arguments):
            function = functions.get(name.lower())
            if function is None:
                raise unknown_function(name)
            if name.lower() == LAZY:
                condition, yes, no = arguments
                return resolve(yes if resolve(condition, functions) else no, functions)
            given = [resolve(each, functions) for each in arguments]
            return _apply(function, name, given)


def calls_in(value: Any) -> Iterator[FunctionCall]:
    """Every function call in the expressions of a JSON value, outer ones first."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from calls_in(each)
    elif isinstance(value, str) and is_expression(value):
        yield from _calls(parse(value))


def unknown_function(name: str) -> ExpressionError:
    """The refusal of a function that there is not."""
    return ExpressionError(
        f"The template function '{name}' is not valid. "
        "Please see https://aka.ms/arm-functions for usage details."
    )


def _calls(node: Node) -> Iterator[FunctionCall]:
    match node:
        case FunctionCall(_, arguments):
            yield node
            for each in arguments:
                yield from _calls(each)
        case Access(of, key):
            yield from _calls(of)
            yield from _calls(key)


def _apply(function: Function, name: str, given: list[Any]) -> Any:
    try:
        return function(*given)
    except ExpressionError:
        raise
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError) as error:
        message = f"Unable to evaluate template language function '{name}': {error}"
        raise ExpressionError(message) from error


def _item(of: Any, key: Any) -> Any:
    if isinstance(of, list) and isinstance(key, int) and 0 <= key < len(of):
        return of[key]
    if isinstance(of, dict) and isinstance(key, str):
        for name, value in of.items():
            if name.lower() == key.lower():
                return value
        known = ", ".join(of)
        message = f"The language expression property '{key}' doesn't exist, available properties "
        raise ExpressionError(message + f"are '{known}'.")
    raise ExpressionError(f"The language expression property '{key}' can't be evaluated.")


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(TOKEN.finditer(text[1:-1].rstrip()))
        self._at = 0

    def whole(self) -> Node:
        node = self._node()
        if self._at < len(self._tokens):
            raise self._unexpected()
        return node

    def _node(self) -> Node:
        token = self._take()
        if token is None:
            raise self._unexpected()
        node: Node
        if token["text"] is not None:
            node = Literal(token["text"][1:-1].replace("''", "'"))
        elif token["number"] is not None:
            node = Literal(int(token["number"]))
        elif token["word"] is not None and self._next("("):
            node = FunctionCall(token["word"], self._arguments())
        else:
            self._at -= 1
            raise self._unexpected()
        return self._accesses(node)

    def _arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        if self._next(")"):
            return ()
        while True:
            found.append(self._node())
            if self._next(")"):
                return tuple(found)
            self._demand(",")

    def _accesses(self, node: Node) -> Node:
        while True:
            if self._next("."):
                word = self._take()
                if word is None or word["word"] is None:
                    raise self._unexpected()
                node = Access(node, Literal(word["word"]))
            elif self._next("["):
                node = Access(node, self._node())
                self._demand("]")
            else:
                return node

    def _take(self) -> "re.Match[str] | None":
        if self._at >= len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _next(self, sign: str) -> bool:
        there = self._at < len(self._tokens) and self._tokens[self._at]["sign"] == sign
        self._at += there
        return there

    def _demand(self, sign: str) -> None:
        if not self._next(sign):
            raise self._unexpected()

    def _unexpected(self) -> ExpressionError:
        rest = self._tokens[self._at].group().strip() if self._at < len(self._tokens) else "its end"
        message = f"The language expression '{self._text}' is not valid: unexpected {rest}."
        return ExpressionError(message)
