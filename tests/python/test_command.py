"""From the wheel alone, in a folder of one's own, to the report; it may be upgraded."""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_string
from pathlib import Path

import duckdb
import pytest
import yaml
from harness import ROOT, Row, folder_of
from packaging.requirements import Requirement

from parity.parsing import once
from serving import build, command, folder, places, sources

PACKAGE = "footfall/project/"
# Folders of a clone that dbt reads or the command runs, all of whose files are needed.
PARTS = ("macros", "models", "seeds", "analyses", "tests/generic", "tests/singular")
EVENTS = """\
cookie_id,event_time,action,page,referer,amount
ann,2026-05-04 10:00:00,page_view,https://shop.example/?utm_source=news&utm_medium=email,,
ann,2026-05-04 10:10:00,purchase,https://shop.example/thanks,,40
bob,2026-05-04 11:00:00,page_view,https://shop.example/,https://www.google.com/,
ann,2026-05-04 12:00:00,page_view,https://shop.example/,,
"""
COLUMNS = {
    "visitor_id": "cookie_id",
    "occurred_at": "event_time",
    "event_name": "action",
    "page_url": "page",
    "referrer_url": "referer",
    "revenue": "amount",
}
ENTRY = {"preset": "columns", "events": "events.csv", "columns": COLUMNS}
SOURCES = {"shop": {**ENTRY, "columns": {**COLUMNS, "currency": "'EUR'"}}}
# By hand: thirty minutes of nothing end a session, so ann has two.
SESSIONS = [
    ("ann", 2, "Email", "40.00"),
    ("ann", 1, "Direct", "0.00"),
    ("bob", 1, "Organic Search", "0.00"),
]


@pytest.fixture(scope="module")
def wheel(shared: Path) -> Path:
    """The wheel of this checkout, built without a network."""

    def build(to: Path) -> Path:
        options = ["--target", "wheel", "--directory", str(to)]
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", *options],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        (made,) = to.glob("*.whl")
        return made

    return once(folder_of(shared, "wheel"), build)


@pytest.fixture
def as_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the code says of itself where it is no clone's."""
    for module in (places, build, sources):
        monkeypatch.setattr(module, "IS_CLONE", False)


def named(project: zipfile.ZipFile) -> set[str]:
    """The files of a wheel, but what it says of itself."""
    return {name for name in project.namelist() if ".dist-info/" not in name}


def test_the_wheel_has_what_is_needed_and_no_more(wheel: Path) -> None:
    """No tests of the project itself, no benchmarks, no simulator, no pictures."""
    wanted = {"footfall/__init__.py"}
    wanted |= {PACKAGE + name for name in ("dbt_project.yml", "profiles.yml")}
    for part in (*PARTS, "serving"):
        for path in (ROOT / part).rglob("*"):
            place = path.relative_to(ROOT).as_posix()
            is_left_out = "__pycache__" in place or place.startswith("serving/superset")
            if path.is_file() and not is_left_out:
                wanted |= {PACKAGE + place}
    wanted = {name for name in wanted if not name.endswith("__unit_tests.yml")}
    with zipfile.ZipFile(wheel) as found:
        assert named(found) == wanted
    assert len(wanted) > 300
    # 1.2 MB, two thirds of it the demo's events.
    assert wheel.stat().st_size < 1_600_000


def test_nothing_that_dbt_reads_by_name_is_left_out(wheel: Path) -> None:
    """What dbt_project.yml names as folders is there, in the version of the wheel."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    with zipfile.ZipFile(wheel) as found:
        names = named(found)
        told = message_from_string(
            found.read(f"footfall-{project['version']}.dist-info/METADATA").decode()
        )
    assert told["Version"] == project["version"]
    for kind in ("model", "seed", "macro", "test", "analysis"):
        for place in project[f"{kind}-paths"]:
            assert any(name.startswith(f"{PACKAGE}{place}/") for name in names), place


def test_the_wheel_asks_for_what_the_tests_ran_with(wheel: Path) -> None:
    """Each of its requirements is one of ours, within its bounds."""
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", locked(), re.MULTILINE))
    asked = set(re.findall(r"^([a-z][\w-]*)", wanted(), re.MULTILINE))
    with zipfile.ZipFile(wheel) as found:
        (name,) = (each for each in found.namelist() if each.endswith("METADATA"))
        told = message_from_string(found.read(name).decode())
    needs = [Requirement(each) for each in told.get_all("Requires-Dist", [])]
    assert {"dbt-core", "dbt-duckdb", "duckdb"} <= {each.name for each in needs}
    for each in needs:
        assert each.name in asked
        assert pinned[each.name] in each.specifier, each


def locked() -> str:
    """What is pinned."""
    return (ROOT / "requirements.txt").read_text()


def wanted() -> str:
    """What is asked for."""
    return (ROOT / "requirements.in").read_text()


@pytest.mark.parametrize("step", command.STEPS)
@pytest.mark.usefixtures("as_wheel")
def test_every_step_says_what_it_writes(
    step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the names that the wheel knows, and no project is needed for it."""
    with pytest.raises(SystemExit) as ended:
        command.main([step, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: footfall {step} ")
    assert re.search(r"\bwrit", said, re.IGNORECASE)
    assert not re.search(r"`make |-m serving|\.venv", said)
    # And in one line in the list of all.
    assert re.search(r"rites |: \w+/", command.STEPS[step].says)


def test_the_command_lists_its_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """And one that there is not is told with those that there are."""
    with pytest.raises(SystemExit):
        command.main(["--help"])
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in command.STEPS)
    with pytest.raises(SystemExit) as ended:
        command.main(["buidl"])
    assert ended.value.code == command.NOT_DONE == 2
    assert "choose from" in capsys.readouterr().err


def test_pages_name_steps_that_there_are() -> None:
    """A command that is gone is the first that a stranger tries."""
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    pages = [page for page in pages if page.parent.name != "decisions"]
    texts = [page.read_text() for page in pages]
    shown = [
        block
        for text in texts
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]
    found = set(re.findall(r"`footfall ([a-z]+)", " ".join(texts)))
    called = re.compile(r"(?:^|&& )footfall ([a-z]+)", re.MULTILINE)
    found |= set(called.findall("\n".join(shown)))
    assert {"init", "build", "report"} <= found <= command.STEPS.keys()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("run `make build` first.", "run `footfall build` first."),
        ("`python -m serving.publish --any-fall`", "`footfall publish --any-fall`"),
        (".venv/bin/python -m serving.sources x.csv", "footfall look x.csv"),
        ("`python -m serving.metrics --list`", "`footfall ask --list`"),
        # No command is meant.
        ("there is no room: make room", "there is no room: make room"),
    ],
)
def test_sentences_name_commands_that_there_are(
    monkeypatch: pytest.MonkeyPatch, text: str, wanted: str
) -> None:
    """Those of make in a clone, those of the command in a wheel."""
    assert places.called(text) == text
    monkeypatch.setattr(places, "IS_CLONE", False)
    assert places.called(text) == wanted


@pytest.mark.usefixtures("as_wheel")
def test_places_are_of_the_folder_and_not_of_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is built where it would go with the next upgrade."""
    monkeypatch.chdir(tmp_path)
    for name in ("FOOTFALL_DUCKDB_PATH", "FOOTFALL_SERVING_PATH"):
        monkeypatch.delenv(name, raising=False)
    assert places.build_database() == tmp_path / "warehouse" / "footfall.duckdb"
    assert places.places().serving == tmp_path / "warehouse" / "serving.duckdb"
    (step,) = build.next_steps(None, places.places())
    assert "superset" not in step


def made(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """What `footfall init` ends with, and what it says."""
    code = command.main(["init", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out + told.err


def files(of: Path) -> Mapping[Path, bytes]:
    """All files of a folder, and what is in them."""
    return {path: path.read_bytes() for path in of.rglob("*") if path.is_file()}


def test_a_project_is_made_of_few_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under a name that dbt has no other use for, with the rules that are one's own."""
    code, said = made(capsys, tmp_path / "2 Target")
    assert code == 0, said
    project = yaml.safe_load((tmp_path / "2 Target" / "dbt_project.yml").read_text())
    assert project["name"] == "my_2_target"
    assert project["vars"]["footfall"] == {"sources": {"demo": {"preset": "demo"}}}
    off = {
        name
        for part in ("rules", "rates")
        for name, each in project["seeds"]["footfall"][part].items()
        if each == {"+enabled": False}
    }
    rules = tmp_path / "2 Target" / "seeds" / "rules"
    assert off == {path.stem for path in rules.glob("*.csv")}
    assert {"conversion_definitions", "funnels", "targets", "currency_rates"} <= off
    for path in rules.glob("*.csv"):
        (theirs,) = (ROOT / "seeds").glob(f"*/{path.name}")
        assert path.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize("there", ["dbt_project.yml", "seeds/rules/funnels.csv", ""])
def test_nothing_is_written_over(
    there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, exit code 2, all as it was; so where the folder is a file."""
    at = tmp_path / "shop" / there
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text("mine\n")
    before = files(tmp_path)
    code, said = made(capsys, tmp_path / "shop")
    assert code == 2
    assert said.count("\n") == 1
    assert str(tmp_path / "shop") in said
    assert files(tmp_path) == before


def test_what_is_beside_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that has the events in it already is as good as an empty one."""
    (tmp_path / "events.csv").write_text(EVENTS)
    monkeypatch.chdir(tmp_path)
    code, said = made(capsys, ".")
    assert code == 0
    assert "Next: look at dbt_project.yml" in said
    assert (tmp_path / "events.csv").read_text() == EVENTS


def test_events_become_the_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the step look has them, under the name that the project's folder knows."""
    monkeypatch.chdir(tmp_path)
    inside, outside = Path("shop/in/events.csv"), Path("events.csv")
    for path in (inside, outside):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(EVENTS)
    code, said = made(capsys, "shop", "--events", inside, "--name", "site")
    assert code == 0, said
    project = yaml.safe_load(Path("shop/dbt_project.yml").read_text())
    entry = {**ENTRY, "events": "in/events.csv"}
    assert project["vars"]["footfall"]["sources"] == {"site": entry}
    assert "the map is guessed from names" in Path("shop/dbt_project.yml").read_text()
    assert made(capsys, "other", "--events", outside)[0] == 0
    project = yaml.safe_load(Path("other/dbt_project.yml").read_text())
    entry = {**ENTRY, "events": str(tmp_path / "events.csv")}
    assert project["vars"]["footfall"]["sources"] == {"web": entry}


@pytest.mark.usefixtures("as_wheel")
def test_a_place_is_told_as_a_project_can_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks from beside the project is given the whole path."""
    monkeypatch.chdir(tmp_path)
    Path("events.csv").write_text(EVENTS)
    whole = f"{tmp_path}/events"
    assert sources.from_here("events.csv") == f"{whole}.csv"
    assert sources.from_here("events*") == f"{whole}*"
    # No file, but perhaps a table.
    assert sources.from_here("main.events") == "main.events"
    Path("dbt_project.yml").touch()
    assert sources.from_here("events.csv") == "events.csv"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("a,b\n1,2\n", "none is known as visitor_id"), (None, "There is no file")],
)
def test_events_that_are_none_make_no_project(
    text: str | None,
    wanted: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The sentence is that of the step look."""
    if text:
        (tmp_path / "events.csv").write_text(text)
    events = tmp_path / "events.csv"
    code, said = made(capsys, tmp_path / "shop", "--events", events)
    assert code == 2
    assert said.startswith("Nothing was made. ")
    assert wanted in said
    assert not (tmp_path / "shop").exists()


def test_a_newer_wheel_is_what_the_next_run_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is: the line of packages.yml is written anew, and no other one."""
    shop, newer = tmp_path / "shop", tmp_path / 'of "ours" # 2'
    assert made(capsys, shop)[0] == 0
    other = tmp_path / "other"
    for at, name in ((newer, "footfall"), (other, "other")):
        at.mkdir()
        (at / "dbt_project.yml").write_text(f"name: {name}\nversion: 9.0.0\n")
    packages = shop / "packages.yml"
    # Somebody's own, behind ours and with a remark.
    packages.write_text(f"{packages.read_text()}  - local: {other}  # mine\n")
    monkeypatch.chdir(shop)
    folder.use(shop)
    linked = shop / "dbt_packages" / "footfall"
    assert linked.resolve() == ROOT
    monkeypatch.setattr(folder, "ROOT", newer)
    folder.use(shop)
    assert linked.resolve() == newer
    told = yaml.safe_load(packages.read_text())
    assert told == {"packages": [{"local": str(newer)}, {"local": str(other)}]}
    assert packages.read_text().endswith("  # mine\n")
    # And where nothing is another, dbt is asked for nothing.
    monkeypatch.setattr(folder, "dbtRunner", None)
    before = files(shop)
    folder.use(shop)
    assert files(shop) == before


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ({}, "There is no dbt_project.yml in "),
        ({"dbt_project.yml": "name: a\n"}, "packages.yml has no line for the wheel"),
        (
            {
                "dbt_project.yml": "name: a\n",
                "packages.yml": "packages:\n  - local: ../footfall\n",
            },
            "packages.yml has no line for the wheel",
        ),
    ],
)
@pytest.mark.usefixtures("as_wheel")
def test_a_folder_that_does_not_use_the_wheel_is_not_built(
    there: Mapping[str, str],
    wanted: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sentence and exit code 2; nothing is written."""
    for name, text in there.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    before = files(tmp_path)
    assert command.main(["build"]) == 2
    said = capsys.readouterr().err
    assert wanted in said
    assert said.count("\n") == 1
    assert files(tmp_path) == before


@dataclass(frozen=True)
class Installed:
    """An environment with nothing but the wheel, and what that needs."""

    folder: Path

    def run(self, cwd: Path, program: str, *arguments: str) -> str:
        """Call a program of it as people would; what it said."""
        unreachable = "http://127.0.0.1:9"
        done = subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=cwd,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "DO_NOT_TRACK": "1",
                "http_proxy": unreachable,
                "https_proxy": unreachable,
            },
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def installed(wheel: Path, to: Path) -> Installed:
    """A new environment; what the wheel needs is that of the tests, by a path."""
    venv.create(to, with_pip=False, symlinks=True)
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (theirs,) = to.glob("lib/python*/site-packages")
    (theirs / "needed.pth").write_text("\n".join(ours))
    python = str(to / "bin" / "python")
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "pip", "install", *options, str(wheel)], check=True)
    # dbt's own command, as an index would have brought it.
    dbt = to / "bin" / "dbt"
    dbt.write_text(f"#!{python}\nfrom dbt.cli.main import cli\ncli()\n")
    dbt.chmod(0o755)
    return Installed(to)


def published(shop: Path, query: str) -> list[Row]:
    """What the published file answers."""
    file = str(shop / "warehouse" / "serving.duckdb")
    with duckdb.connect(file, read_only=True) as marts:
        return marts.execute(query).fetchall()


def sessions(shop: Path) -> list[Row]:
    """The sessions that readers find."""
    return published(
        shop,
        "select visitor_id, event_count, channel, revenue::decimal(28, 2)::text"
        " from fct_sessions order by visitor_id, started_at",
    )


def test_an_installed_wheel_takes_no_name_but_its_own(
    wheel: Path, tmp_path: Path
) -> None:
    """Its command finds what it brings, where nobody else sees it."""
    environment = installed(wheel, tmp_path / "environment")
    assert environment.run(tmp_path, "footfall", "--version") == "0.1.0\n"
    environment.run(tmp_path, "python", "-c", UNSEEN)
    (tmp_path / "events.csv").write_text(EVENTS)
    environment.run(tmp_path, "footfall", "init", "shop", "--events", "events.csv")
    packages = yaml.safe_load((tmp_path / "shop" / "packages.yml").read_text())
    (brought,) = environment.folder.glob("lib/*/site-packages/footfall/project")
    assert packages == {"packages": [{"local": str(brought.resolve())}]}


UNSEEN = """
import footfall, importlib.util
for name in ("serving", "scripts", "models", "macros"):
    assert importlib.util.find_spec(name) is None, name
"""


@pytest.mark.longest
@pytest.mark.long  # `make test` asks each step by itself, above.
def test_the_wheel_alone_goes_from_a_file_to_the_report(
    wheel: Path, tmp_path: Path
) -> None:
    """In four commands, without a clone and a network; then by a newer one, elsewhere.

    The file's columns have names of their own. The newer wheel has another default of a
    setting, and meets a rule of the folder's own, and a model. dbt works there too.
    """
    environment = installed(wheel, tmp_path / "first")
    environment.run(tmp_path, "footfall", "init", "shop")
    shop = tmp_path / "shop"
    (shop / "events.csv").write_text(EVENTS)
    said = environment.run(shop, "footfall", "look", "events.csv")
    assert "4 events of 2 visitors" in said
    assert '"visitor_id": "cookie_id"' in said
    assert said.endswith("below vars: footfall:, and run\n  footfall build\n")
    project = yaml.safe_load((shop / "dbt_project.yml").read_text())
    project["vars"]["footfall"]["sources"] = SOURCES
    (shop / "dbt_project.yml").write_text(yaml.safe_dump(project, sort_keys=False))
    said = environment.run(shop, "footfall", "build")
    assert "Next: `footfall report` writes these marts as one page" in said
    environment.run(shop, "footfall", "report")
    assert (shop / "warehouse" / "report.html").stat().st_size > 50_000
    assert sessions(shop) == SESSIONS
    asked = environment.run(shop, "footfall", "ask", "--metrics", "sessions", "--csv")
    assert asked == "sessions\n3\n"

    environment.run(shop, "footfall", "docs")
    assert (shop / "target" / "static_index.html").stat().st_size > 1_000_000

    newer = installed(wheel, tmp_path / "second")
    shutil.rmtree(environment.folder)
    (project,) = newer.folder.glob("lib/*/site-packages/footfall/project")
    settings = project / "dbt_project.yml"
    text = settings.read_text()
    assert text.count("engaged_session_seconds: 10\n") == 1
    settings.write_text(text.replace("session_seconds: 10\n", "session_seconds: 601\n"))
    rule = "5,ours,Affiliates,,,^news$,,,,,,,,,,{source} is our partner's\n"
    with (shop / "seeds" / "rules" / "channel_rules_custom.csv").open("a") as file:
        file.write(rule)
    (shop / "models").mkdir()
    (shop / "models" / "counted.sql").write_text(OWN_MODEL)
    (shop / "models" / "counted.yml").write_text(OWN_YAML)
    said = newer.run(shop, "footfall", "build")
    why = ", ".join(re.findall(r"Filled anew, since ([^:]+) changed:", said))
    assert "rules channel_rules_custom" in why
    assert "var engaged_session_seconds" in why
    assert sessions(shop) == [("ann", 2, "Affiliates", "40.00"), *SESSIONS[1:]]
    assert published(shop, "select sessions from counted") == [(3,)]
    assert "Published" in newer.run(shop, "footfall", "publish")
    newer.run(shop, "dbt", "deps")
    newer.run(shop, "dbt", "build", "--select", "conversion_definitions")


OWN_MODEL = "select count(*) as sessions from {{ ref('footfall', 'fct_sessions') }}\n"
OWN_YAML = """\
models:
  - name: counted
    description: One row with a number.
    access: public
    config: {materialized: table}
    columns: [{name: sessions, description: How many there are.}]
"""
