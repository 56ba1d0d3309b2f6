"""JSON as Resource Manager reads it: with comments, and with names that stand without quotes.

az sends templates so: their text as it is in the file, behind a bare ``template:`` (azure-cli-core,
JsonCTemplatePolicy).
"""

import json
import re
from typing import Any

TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"'  # a text, in which nothing else counts
    r"|//[^\n]*|/\*.*?\*/"  # a comment
    r"|[A-Za-z_$][\w$]*(?=\s*:)",  # a bare name
    re.DOTALL,
)


def read_json(text: str) -> Any:
    """The value of a text.

    Raises:
        ValueError: it is no JSON, however loosely read.
    """
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(TOKEN.sub(_strict, text))


def _strict(token: re.Match[str]) -> str:
    found = token.group()
    if found.startswith('"'):
        return found
    return " " if found.startswith("/") else f'"{found}"'
