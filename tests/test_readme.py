"""What the README tells people to run is what is run."""

from pathlib import Path

COURSE = Path(__file__).resolve().parent.parent


def test_ci_runs_the_readmes_own_test_command():
    readme = (COURSE / "README.md").read_text(encoding="utf-8")
    command = (COURSE / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert command.endswith("pytest")
    assert command in readme.splitlines()


def test_every_file_that_the_readme_shows_exists():
    readme = (COURSE / "README.md").read_text(encoding="utf-8")
    targets = [part.split(")")[0] for part in readme.split("](")[1:]]
    assert targets
    for target in targets:
        if not target.startswith(("http", "#")):
            assert (COURSE / target.split("#")[0]).exists(), target
