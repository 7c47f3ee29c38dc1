"""Write CONTRIBUTING's table of what each test command runs, from the runs themselves.

`make test` and `make test-all` each leave in target/tests what they ran, file by file;
`python -m scripts.test_runs` puts both side by side, with what each file holds.
"""

import ast
import json
import sys

from scripts.pages import ROOT, fill, table

PAGE = ROOT / "CONTRIBUTING.md"
RUNS = ROOT / "target" / "tests"
COMMANDS = {"quick": "make test", "all": "make test-all"}

Run = dict[str, dict[str, float]]


def run_of(tier: str) -> Run:
    """Tests that ran and their seconds, of each file of tests."""
    path = RUNS / f"{tier}.json"
    if not path.exists():
        sys.exit(f"There is no {path}: run `{COMMANDS[tier]}` first.")
    run: Run = json.loads(path.read_text())
    return run


def holds(name: str) -> str:
    """What a file of tests says of itself, in one sentence."""
    source = (ROOT / "tests" / "python" / name).read_text()
    return str(ast.get_docstring(ast.parse(source))).split("\n\n")[0].replace("\n", " ")


def runs_table() -> str:
    """A row per file, the longest first, and one for all of them."""
    quick, everything = run_of("quick"), run_of("all")
    names = sorted(everything, key=lambda name: -everything[name]["seconds"])
    rows = [
        (
            f"`{name}`",
            holds(name),
            *figures(quick.get(name)),
            *figures(everything[name]),
        )
        for name in names
    ]
    rows.append(("all", "", *figures(total(quick)), *figures(total(everything))))
    header = ["file", "what it holds"]
    for command in COMMANDS.values():
        header += [f"`{command}`: tests", "seconds"]
    return table(header, rows)


def figures(found: dict[str, float] | None) -> tuple[int, int]:
    """Tests that ran, and the seconds of a worker that they took."""
    return (int(found["tests"]), round(found["seconds"])) if found else (0, 0)


def total(run: Run) -> dict[str, float]:
    """Sums over all files."""
    return {
        name: sum(found[name] for found in run.values())
        for name in ("tests", "seconds")
    }


if __name__ == "__main__":
    PAGE.write_text(fill(PAGE.read_text(), "tests", runs_table()))
