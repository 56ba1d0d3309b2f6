"""No value of a secret is told, in whatever form it is quoted and however long the text is."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from shared.azure.errors import failure_from
from shared.azure.redaction import concealed, note, secrets_in_use

VALUES = {
    "a password": "Ab/cd+ef=gh%ij",
    "with quotes": 'say "hunter2" \\ twice',
    "with letters of elsewhere": "pässwörd-ключ-🔑",
    "with markup": "<b>&'tis</b>",
    "one line of a key": "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----",
}
FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "in JSON": json.dumps,
    "in JSON with all its letters": lambda value: json.dumps(value, ensure_ascii=False),
    "in JSON in JSON": lambda value: json.dumps(json.dumps({"password": value})),
    "in JSON with slashes escaped": lambda value: json.dumps(value).replace("/", "\\/"),
    "in a URL": quote,
    "in a URL, all of it": lambda value: quote(value, safe=""),
    "in a form": quote_plus,
    "in HTML": html.escape,
    "in base64": lambda value: base64.b64encode(value.encode()).decode(),
    "in base64 for URLs": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
    "in base64 after a name": lambda value: base64.b64encode(f"admin:{value}".encode()).decode(),
    "in base64 after a longer name": lambda value: base64.b64encode(
        f"admin1:{value}".encode()
    ).decode(),
    "in base64 between others": lambda value: base64.b64encode(
        f"dbadmin:{value}@host".encode()
    ).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_secret_is_not_told_in_any_form(value: str, form: Callable[[str], str]) -> None:
    with secrets_in_use():
        note(value)
        told = concealed(f"the value {form(value)} will not do")
    assert "<secret>" in told
    assert not any(form(line) in told for line in value.splitlines() if form is str)
    assert len(told) < len("the value <secret> will not do") + 30


def test_a_secret_is_found_before_a_long_message_is_cut() -> None:
    with secrets_in_use():
        note("hunter2-hunter2")
        for length in range(470, 500):
            body = {"error": {"code": "X", "message": "x" * length + "hunter2-hunter2"}}
            assert "hunt" not in failure_from(400, body, {})["message"]


def test_a_secret_is_forgotten_with_the_activity() -> None:
    with secrets_in_use():
        note("hunter2-hunter2")
    assert concealed("hunter2-hunter2") == "hunter2-hunter2"


def test_what_is_known_outside_is_known_inside() -> None:
    with secrets_in_use():
        note("hunter2-hunter2")
        with secrets_in_use():
            assert concealed("hunter2-hunter2") == "<secret>"


def test_what_is_shorter_than_any_secret_is_left_alone() -> None:
    with secrets_in_use():
        note("abc")
        assert concealed("abcdef") == "abcdef"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "X" * 1_000_000, "message": "m"}},
        {"error": {"code": "X", "message": "m" * 1_000_000}},
        {"error": {"code": "X", "details": [{"code": "Y", "message": "m" * 9000}] * 10_000}},
        {"error": {"code": "X", "details": {"code": "Y"}}},
        {"error": {"code": {"a": 1}, "message": ["m"] * 100_000}},
    ],
)
def test_what_azure_says_has_a_bound(body: object) -> None:
    failure = failure_from(400, body, {})
    assert len(failure["code"]) <= 100
    assert len(failure["message"]) <= 500


def test_errors_in_errors_are_read_a_few_levels_deep() -> None:
    body: object = {"code": "Innermost", "message": "m"}
    for _ in range(5000):
        body = {"error": body}
    assert failure_from(400, body, {})["code"] == "Http400"
