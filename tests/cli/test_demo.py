"""The acts of the demo, against a stack that stands already."""

from typing import TYPE_CHECKING

import pytest

from cli.demo import ACTS, main

if TYPE_CHECKING:
    from tests.conftest import Simulation


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_act_shows_what_it_says_on_a_stack_that_stands(
    simulation: "Simulation", capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--url", simulation.host.url, "--azure-url", simulation.azure.url]
    trust = simulation.azure.environment()["REQUESTS_CA_BUNDLE"]
    assert main([*where, "--ca-file", trust]) == 0
    seen = capsys.readouterr().out.split("Seen")[1]
    assert all(f"{number}. {title}: " in seen for number, (title, _) in enumerate(ACTS, 1))


def test_a_host_without_its_azure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--url", "http://localhost:7071"])
    assert "--url and --azure-url go together" in capsys.readouterr().err
