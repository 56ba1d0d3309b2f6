"""What the Python worker checks of every function before the first call, in its words.

One refusal leaves an app with no functions at all on Azure. The rules are those of the worker 4.34
(Python 3.11 and 3.12) and of azure-functions-runtime 1.3 (3.13); which classes a binding takes is
asked of the SDK's own converters, as the worker does. What the Functions host refuses on top, once
the worker has answered, is in `naming`.
"""

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from azure.functions import get_binding_registry
from azure.functions.decorators.core import BindingDirection

from local.functions_host.errors import AppError

RETURN = "$return"
CLIENT = "durableClient"
_SPECIAL = (typing.Union, types.UnionType, tuple, typing.ClassVar, collections.abc.Callable)


class FunctionLoadError(AppError):
    """The worker does not load a function, and with it none of the app."""

    def __init__(self, function: str, reason: str) -> None:
        super().__init__(f"cannot load the {function} function: {reason}")


def check_bindings(name: str, call: Callable[..., Any], bindings: Iterable[Any]) -> bool:
    """Compare what a function declares with its bindings; whether it wants a `context` besides.

    Raises:
        FunctionLoadError: as on Azure.
    """
    bound = {}
    for binding in bindings:
        _check_direction(name, binding)
        if binding.name != RETURN:
            bound[binding.name] = binding
    parameters = set(inspect.signature(call).parameters)
    annotations = _annotations(name, call)
    wants_context = _takes_context(name, parameters, bound, annotations)
    _check_same(name, parameters - ({"context"} if wants_context else set()), set(bound))
    for binding in bound.values():
        if binding.name in annotations:
            _check_annotation(name, binding, annotations[binding.name])
    for binding in bindings:
        if binding.name == RETURN and "return" in annotations:
            _check_return(name, binding, annotations["return"])
    return wants_context


def _check_direction(name: str, binding: Any) -> None:
    direction = BindingDirection(binding.direction)
    if direction == BindingDirection.INOUT:
        raise FunctionLoadError(name, '"inout" bindings are not supported')
    if binding.name == RETURN and direction != BindingDirection.OUT:
        raise FunctionLoadError(name, '"$return" binding must have direction set to "out"')


def _annotations(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except Exception as error:  # an annotation may be any expression
        raise FunctionLoadError(name, f"{type(error).__name__}: {error}") from error


def _takes_context(
    name: str, parameters: set[str], bound: Mapping[str, Any], annotations: Mapping[str, Any]
) -> bool:
    if "context" not in parameters or "context" in bound:
        return False
    annotation = annotations.get("context", inspect.Parameter.empty)
    if annotation is inspect.Parameter.empty:
        return True
    if not isinstance(annotation, type) or annotation.__name__ != "Context":
        raise FunctionLoadError(
            name,
            'the "context" parameter is expected to be of type azure.functions.Context, '
            f'got "{annotation!r}"',
        )
    return True


def _check_same(name: str, parameters: set[str], bound: set[str]) -> None:
    if parameters - bound:
        raise FunctionLoadError(
            name,
            "the following parameters are declared in Python but not in the function definition "
            f"(function.json or function decorators):  {parameters - bound!r}",
        )
    if bound - parameters:
        raise FunctionLoadError(
            name,
            "Extra parameters in binding definition — the following parameters are declared as "
            f"bindings but are not present in Python: {bound - parameters!r}",
        )


def _check_annotation(name: str, binding: Any, annotation: Any) -> None:
    origin = typing.get_origin(annotation) or annotation
    if isinstance(origin, type) and origin.__name__ == "Out":
        raise FunctionLoadError(
            name,
            f'binding {binding.name} is declared to have the "in" direction in the binding '
            "decorator, but its annotation is azure.functions.Out in Python",
        )
    if not isinstance(annotation, type) and not is_generic(annotation):
        raise FunctionLoadError(
            name, f"binding {binding.name} has invalid non-type annotation {annotation!r}"
        )
    if annotation in (str, bytes) and binding.type != CLIENT and not _returns_implicitly(binding):
        raise FunctionLoadError(
            name,
            f"binding {binding.name} is annotated {annotation.__name__}, so that the worker takes "
            f"a {binding.type} for text, and every call fails",
        )
    if not _takes(name, binding, annotation):
        raise FunctionLoadError(
            name,
            f"""binding type "'{binding.name}'" and dataType "{binding.type}" in the binding """
            "decorator do not match the corresponding function parameter's Python type annotation "
            f"{annotation.__name__}",
        )


def is_generic(annotation: Any) -> bool:
    """Whether the worker takes an annotation for a generic type: one of `typing`, no builtin."""
    origin = typing.get_origin(annotation)
    return (
        origin is not None
        and not isinstance(annotation, types.GenericAlias | types.UnionType)
        and origin not in _SPECIAL
    )


def _converter(binding: Any) -> Any:
    return get_binding_registry().get(binding.type)  # type: ignore[no-untyped-call]


def _returns_implicitly(binding: Any) -> bool:
    return bool(getattr(_converter(binding), "has_implicit_output", lambda: False)())


def _takes(name: str, binding: Any, annotation: Any) -> bool:
    if binding.type == CLIENT:
        return isinstance(annotation, type) and issubclass(annotation, str | bytes)
    try:
        return bool(_converter(binding).check_input_type_annotation(annotation))
    except TypeError as error:  # a generic, where only classes are compared
        raise FunctionLoadError(name, f"TypeError: {error}") from error


def _check_return(name: str, binding: Any, annotation: Any) -> None:
    if getattr(typing.get_origin(annotation), "__name__", "") == "Out":
        raise FunctionLoadError(name, "return annotation should not be azure.functions.Out")
    if not isinstance(annotation, type):
        raise FunctionLoadError(name, f"has invalid non-type return annotation {annotation!r}")
    if not _converter(binding).check_output_type_annotation(annotation):
        raise FunctionLoadError(
            name,
            f'Python return annotation "{annotation.__name__}" does not match binding type '
            f'"{binding.type}"',
        )
