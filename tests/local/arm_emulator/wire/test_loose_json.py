"""JSON as Resource Manager reads it."""

import pytest

from local.arm_emulator.wire.loose_json import read_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (
            '{"properties": {"mode": "Incremental", template:{"a": 1}}}',
            {"properties": {"mode": "Incremental", "template": {"a": 1}}},
        ),
        ('{\n// why\n"a": 1, /* and\nwhat */ b : 2}', {"a": 1, "b": 2}),
        (
            '{"url": "https://a.test/b: c", template: 1}',
            {"url": "https://a.test/b: c", "template": 1},
        ),
        ("{'a': 'it\\'s // no comment', b: [1, 2,],}", {"a": "it's // no comment", "b": [1, 2]}),
        ('{"a": "two\nlines", b: "1,]"}', {"a": "two\nlines", "b": "1,]"}),
        ('{"said": "\\"no: // comment\\"", a: true}', {"said": '"no: // comment"', "a": True}),
    ],
)
def test_comments_and_bare_names_are_read(text: str, value: object) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize("text", ["{", "{a}", "nothing", '{"a": 1,, b: 2}'])
def test_what_is_no_json_stays_none(text: str) -> None:
    with pytest.raises(ValueError, match="Expecting"):
        read_json(text)
