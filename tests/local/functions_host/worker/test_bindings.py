"""What the platform's worker refuses at load is refused here, in its words; one rule a case.

The worker library itself is asked the same by `tests/worker/test_real_worker.py`, wherever it is
installed.
"""

from pathlib import Path

import pytest

from local.functions_host.errors import AppError
from local.functions_host.host import FunctionsHost
from tests.local.functions_host.worker.refusals import (
    HEAD,
    REFUSED_BY_HOST,
    REFUSED_BY_WORKER,
    TAKEN,
)


def start(folder: Path, source: str) -> list[str]:
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "function_app.py").write_text(HEAD + source)
    with FunctionsHost(folder) as host:
        return [function.name for function in host.functions]


@pytest.mark.parametrize(("source", "words"), REFUSED_BY_WORKER + REFUSED_BY_HOST)
@pytest.mark.case(2)
def test_what_the_platform_refuses_is_refused_in_its_words(
    tmp_path: Path, source: str, words: str
) -> None:
    with pytest.raises(AppError) as caught:
        start(tmp_path, source)
    assert words in str(caught.value)


@pytest.mark.parametrize("source", TAKEN)
def test_what_the_platform_takes_is_taken(tmp_path: Path, source: str) -> None:
    assert start(tmp_path, source)
