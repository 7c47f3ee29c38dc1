"""Write CONTRIBUTING's table of what each test command runs, from the runs themselves.

`make test` and `make test-all` each leave in target/tests what they ran, file by file;
`python -m scripts.test_runs` puts both side by side, with what each file holds. Of a
command that was not run, or not to a green end, there are no figures.
"""

import ast
import json

from scripts.pages import ROOT, fill, table

PAGE = ROOT / "CONTRIBUTING.md"
TESTS = ROOT / "tests" / "python"
RUNS = ROOT / "target" / "tests"
COMMANDS = {"quick": "make test", "all": "make test-all"}

Run = dict[str, dict[str, float]]


def run_of(tier: str) -> Run:
    """Tests that ran and their seconds of a worker, by file of tests."""
    path = RUNS / f"{tier}.json"
    run: Run = json.loads(path.read_text()) if path.exists() else {}
    return run


def holds(name: str) -> str:
    """What a file of tests says of itself, in one sentence."""
    docstring = str(ast.get_docstring(ast.parse((TESTS / name).read_text())))
    return docstring.split("\n\n", maxsplit=1)[0].replace("\n", " ")


def runs_table() -> str:
    """A row per file, and one for all of them; the longest first."""
    runs = [run_of(tier) for tier in COMMANDS]
    names = sorted(path.name for path in TESTS.glob("test_*.py"))
    names.sort(key=lambda name: figures(runs[-1], [name])[1] or 0, reverse=True)
    rows = [
        [f"`{name}`", holds(name), *(n for run in runs for n in figures(run, [name]))]
        for name in names
    ]
    rows.append(["all", "", *(n for run in runs for n in figures(run, names))])
    header = ["file", "what it holds"]
    for command in COMMANDS.values():
        header += [f"`{command}`: tests", "seconds"]
    return table(header, rows)


def figures(run: Run, names: list[str]) -> tuple[int | None, int | None]:
    """How many tests of these files ran, and in how many seconds."""
    found = [run[name] for name in names if name in run]
    if not found:
        return (None, None)
    tests, seconds = (sum(each[key] for each in found) for key in ("tests", "seconds"))
    return (int(tests), round(seconds))


if __name__ == "__main__":
    PAGE.write_text(fill(PAGE.read_text(), "tests", runs_table()))
