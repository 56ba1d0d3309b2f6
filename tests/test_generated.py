"""What follows from the code and is kept beside it says what the code says."""

import pytest

from generate.__main__ import FILES, ROOT


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_follows_from_the_code_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name](), "run make generate"
