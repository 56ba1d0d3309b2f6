"""JSON as Resource Manager reads it: comments, bare names, single quotes, texts of several lines.

az sends templates so: their text as it is in the file, behind a bare ``template:`` (azure-cli-core,
JsonCTemplatePolicy).
"""

import json
import re
from typing import Any

TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"'  # a text, in which nothing else counts
    r"|'(?:[^'\\]|\\.)*'"  # the same in single quotes
    r"|//[^\n]*|/\*.*?\*/"  # a comment
    r"|[A-Za-z_$][\w$]*(?=\s*:)",  # a bare name
    re.DOTALL,
)
TRAILING = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)  # texts are passed by


def read_json(text: str) -> Any:
    """The value of a text.

    Raises:
        ValueError: it is no JSON, however loosely read.
    """
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(TRAILING.sub(_kept, TOKEN.sub(_strict, text)), strict=False)


def _strict(token: re.Match[str]) -> str:
    found = token.group()
    if found.startswith('"'):
        return found
    if found.startswith("'"):
        return json.dumps(found[1:-1].replace("\\'", "'"))
    return " " if found.startswith("/") else f'"{found}"'


def _kept(found: re.Match[str]) -> str:
    return found.group(1) or ""
