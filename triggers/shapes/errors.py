"""The envelope of every error, as Azure's own services have it."""

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from triggers.shapes.base import told


@told
class ErrorDetail(TypedDict):
    """One fault of several."""

    code: str
    """What is wrong, as a word that stays."""
    message: str
    """What is wrong and what to do."""
    target: str | None
    """The field, parameter or resource that it is about."""


@told
class ErrorBody(TypedDict):
    """The error itself."""

    code: str
    """What it is, as a word that stays; x-ms-error-code has it too."""
    message: str
    """What is wrong and what to do."""
    target: str | None
    """The field, parameter, header or resource that it is about."""
    details: list[ErrorDetail]
    """Every fault, where there are several."""


@told
class Error(TypedDict):
    """The envelope of every error."""

    error: ErrorBody
    """What went wrong."""
