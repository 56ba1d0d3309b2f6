"""Names that the Functions host refuses once the worker has told it of the functions.

From Utility.cs and FunctionDescriptorProvider.cs in azure-functions-host. A function that it
refuses is missing from the app, which here ends the load.
"""

import re
from collections import Counter
from collections.abc import Iterable

from local.functions_host.errors import AppError

_FUNCTION = re.compile(r"[a-z][a-z0-9_\-]{0,127}", re.IGNORECASE | re.ASCII)
_BINDING = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")


def check_names(function: str, bindings: Iterable[str]) -> None:
    """Refuse a name that a function or one of its bindings cannot have.

    Raises:
        AppError: in the words of the Functions host.
    """
    if not _FUNCTION.fullmatch(function) or function.casefold() == "host":
        raise AppError(f"'{function}' is not a valid function name.")
    for name in bindings:
        if not _BINDING.fullmatch(name):
            raise AppError(
                f"Function {function!r}: The binding name {name} is invalid. Please assign a valid "
                "name to the binding. (A letter, then letters and digits.)"
            )
    repeated = [name for name, count in Counter(map(str.casefold, bindings)).items() if count > 1]
    if repeated:
        raise AppError(
            f"Function {function!r}: Multiple bindings with name '{repeated[0]}' discovered. "
            "Binding names must be unique."
        )
