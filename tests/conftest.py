"""What every test shares: progress is kept in a file of the tests' own."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def progress_of_the_tests(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKPROP_PROGRESS", str(tmp_path_factory.mktemp("progress") / "p.jsonl"))
        yield
