"""Each var at what it may be and at what it may not: taken, or one sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.config.utils import parse_cli_yaml_string
from harness import ROOT, Asker, close_connections

from serving import build
from serving.summary import Figures, figure_lines

TOPICS = sorted(
    path.name for path in (ROOT / "models" / "marts").iterdir() if path.name != "core"
)
DESCRIBED_BY_HAND: dict[str, list[Any]] = {
    "date": ["1990-01-01", "2096-02-29", "2199-12-31"],
    "share": [0, 0.01, 0.5, 1, 1.0],
    "flag": [True, False],
    "timezone": [
        *("UTC", "Europe/Berlin", "Pacific/Auckland", "Pacific/Kiritimati"),
        *("America/Los_Angeles", "Pacific/Pago_Pago", "Asia/Kolkata"),
    ],
    "currency": ["EUR", "USD", "JPY"],
    "preset": ["footfall", "ga4_2026", "ga4_2025", "plausible", "posthog"],
    "list of preset": [[], ["our_tracker"], ["a", "b2"]],
    "list of event": [[], ["logout"], ["Log Out", "sign out", "it's over"]],
    "list of host": [
        [],
        ["shop.example", "o'x.example", "müller.example", "[::1]:8080", "localhost"],
        ["https://pay.example/", "*.pay.example", "PAY.example.", "pay.example:443"],
        ["https://me:secret@pay.example:8443/a?b#c", "//pay.example", ".pay.example"],
    ],
    "switches": [
        dict.fromkeys(TOPICS, True),
        dict.fromkeys(TOPICS, False),
        dict.fromkeys(TOPICS, True) | {"content": False},
    ],
    "map": [{}, {"ios": 1}, {"iOS": 5, "android": 525600, "it's": 7}],
}
WRONG: dict[str, list[Any]] = {
    "switches": [
        *({}, [], None, True, "content", {"content": False}),
        *(dict.fromkeys(TOPICS, 1), dict.fromkeys(TOPICS, "true")),
        dict.fromkeys([*TOPICS, "core"], True),
    ],
    "number": [
        *(-1, -30, 10**12, 1.5, 30.0, float("nan"), float("inf"), True, False),
        *("30", "half an hour", "", [30], {"web": 30}, 36501 * 86400),
    ],
    "share": [
        *(-0.01, 1.01, 50, "0.5", "50 %", "", True, None, [0.5], {}),
        *(float("nan"), float("inf")),
    ],
    "flag": [0, 1, "yes", "true", "", None, [True], {}],
    "date": [
        *("tomorrow", "2025-02-29", "2025-13-01", "0990-01-01", "1.1.2026", ""),
        *("2026-01-01 00:00:00", 20260101, None, ["2026-01-01"], True),
    ],
    "timezone": [
        *("Europe/Atlantis", "CEST", "+02:00", "europe/berlin", "", "o'x", None),
        *(1, ["UTC"], {}, True),
    ],
    "currency": ["eur", "EURO", "", "€", 978, ["EUR"], True],
    "preset": ["", " ", None, 4, ["footfall"], True],
    "choice": ["", "First", "as is", None, 1, True, [], {}],
    "list": ["a", 5, None, {}, {"a": 1}, True, [5], [None], [["a"]], [""], [" "]],
    "list of preset": [["Our Tracker"], ["a-b"], ["ga4"], ["a", "a"], ["../x"]],
    "list of event": [["logout", "logout"], [1.5], [True]],
    "list of host": [
        *(["https://"], ["a b.example"], ["a.example, b.example"], ["*"], ["."]),
        *(["ü" * 80], ["a.example", "a.example"], ["*.*.example"]),
    ],
    "map": [
        *("ios", 5, None, ["ios"], {"ios": 0}, {"ios": 10**12}, {"ios": "5"}),
        *({"ios": None}, {"ios": True}, {"ios": [5]}, {"ios": 5.0}, {1: 5}),
        *({"": 5}, {"iOS": 5, "ios": 6}, {"ios": {"a": 1}}),
    ],
}
# What one says, and all that is said of it.
SENTENCES: dict[str, tuple[Mapping[str, Any], str]] = {
    "a text for a number": (
        {"session_timeout_minutes": "30"},
        "the var session_timeout_minutes is the text '30', but must be a whole number"
        " from 1 to 525600.",
    ),
    "nothing for a number": (
        {"history_days": None},
        "the var history_days is null, but must be a whole number from 0 to 36500.",
    ),
    "beyond a bound that may be null": (
        {"bot_limit_events": 0},
        "the var bot_limit_events is '0', but must be a whole number from 1 to 1000000,"
        " or null (no limit).",
    ),
    "a number for a flag": (
        {"accept_bots": 1},
        "the var accept_bots is '1', but must be true or false.",
    ),
    "a word for a list": (
        {"session_end_events": "logout"},
        "the var session_end_events is 'logout', but must be a list of events, such as"
        " [logout].",
    ),
    "a list for a word": (
        {"attribution_path": ["unique"]},
        "the var attribution_path is '['unique']', but must be one of as_is, collapsed,"
        " first, unique.",
    ),
    "a number in a list": (
        {"session_end_events": ["logout", 5]},
        "the var session_end_events names '5', but the name of an event must be a"
        " text.",
    ),
    "a host that is none": (
        {"internal_hosts": ["a b"]},
        "the var internal_hosts names 'a b', but a host must be a name such as"
        " shop.example.",
    ),
    "a platform's minutes": (
        {"session_timeout_minutes_by_platform": {"ios": 0}},
        "the var session_timeout_minutes_by_platform gives ios '0', but must be a map"
        " from platforms to whole numbers from 1 to 525600, such as {ios: 5}.",
    ),
    "a platform twice": (
        {"session_timeout_minutes_by_platform": {"iOS": 5, "ios": 6}},
        "the var session_timeout_minutes_by_platform names 'ios' twice, but must name"
        " each platform once.",
    ),
    "a zone as it is not spelt": (
        {"reporting_timezone": "europe/berlin"},
        "the var reporting_timezone is 'europe/berlin', but must be an IANA name such"
        " as Europe/Berlin.",
    ),
    "days in the wrong order": (
        {"event_earliest_date": "2030-01-01", "event_latest_date": "2029-01-01"},
        "the var event_earliest_date is 2030-01-01, but must be no later than"
        " event_latest_date, 2029-01-01.",
    ),
    "a var that is near one": (
        {"session_timeout_minute": 5},
        "there is no var session_timeout_minute; the nearest is"
        " session_timeout_minutes.",
    ),
    "a var in other letters": (
        {"Session-End-Events": []},
        "there is no var Session-End-Events; the nearest is session_end_events.",
    ),
    "a preset of footfall's": (
        {"own_presets": ["ga4"]},
        "the var own_presets names 'ga4', but must name presets other than those of"
        " footfall.",
    ),
}
# Of the options of a source: what it says besides the preset demo, and what is said.
OPTIONS: dict[str, tuple[Mapping[str, Any], str]] = {
    "an option that is near one": (
        {"own_host": ["a.example"]},
        "has the option 'own_host', which is none; the nearest is own_hosts.",
    ),
    "a word for a list": (
        {"own_hosts": "a.example"},
        "says 'a.example' for own_hosts, but that must be a list.",
    ),
    "a host that is none": (
        {"own_hosts": ["a b"]},
        "names 'a b' in own_hosts, but a host must be a name such as shop.example.",
    ),
    "a number for a host": (
        {"own_hosts": [5]},
        "names '5' in own_hosts, but the name of a host must be a text.",
    ),
    "a column that is near one": (
        {"columns": {"usr_id": "login"}},
        "maps 'usr_id' in columns, which is no column of the event contract that a map"
        " can fill; the nearest is user_id.",
    ),
    "a zone that is none": (
        {"timezone": "Europe/Atlantis"},
        "has the timezone 'Europe/Atlantis', but must be an IANA name such as"
        " Europe/Berlin.",
    ),
    "a zone that is no text": (
        {"timezone": 2},
        "says '2' for timezone, but that must be a text.",
    ),
    "a number for a name": (
        {"event_names": {404: "not_found"}},
        "names '404' in event_names, but the name of an event must be a text.",
    ),
    "names that are one": (
        {"event_names": {"Order Completed": "purchase", "order_completed": "refund"}},
        "names 'order_completed' in event_names, but must name each event once.",
    ),
}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The demo's vars, and the macros that read them."""
    yield Asker(tmp_path_factory.mktemp("asked"), {})
    close_connections()


@pytest.fixture(scope="module")
def described(ask: Asker) -> dict[str, dict[str, Any]]:
    """What each var may be, as the macro says it."""
    found: dict[str, dict[str, Any]] = ask.answer("described_vars")
    return found


def kinds(said: Mapping[str, Any]) -> list[str]:
    """By which kinds of the lists above a var is tried."""
    return [said["kind"], f"{said['kind']} of {said.get('of')}"]


def right_values(said: Mapping[str, Any]) -> list[Any]:
    """What a var is documented to be: both bounds, every word."""
    values = [
        value for kind in kinds(said) for value in DESCRIBED_BY_HAND.get(kind, [])
    ]
    if said["kind"] == "number":
        values += [said["least"], said["least"] + 1, said["most"]]
    if said["kind"] == "choice":
        values += said["of"]
    return values + [None] * ("null" in said)


def wrong_values(said: Mapping[str, Any]) -> list[Any]:
    """What it must not be."""
    values = [value for kind in kinds(said) for value in WRONG.get(kind, [])]
    if said["kind"] == "number":
        values += [said["least"] - 1, said["most"] + 1]
        values += [None] * ("null" not in said)
    return [value for value in values if value is not None or "null" not in said]


def test_the_described_vars_are_those_of_the_project(
    described: dict[str, dict[str, Any]],
) -> None:
    """Each described, in the same order, and its default is right."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    assert list(described) == list(project["vars"])


def test_every_documented_value_is_taken(
    ask: Asker, described: dict[str, dict[str, Any]]
) -> None:
    """The bounds too, and what people copy out of an address bar."""
    trials = [(name, v) for name, said in described.items() for v in right_values(said)]
    assert len(trials) > 90
    refused = {
        f"{name}: {value!r}": sentence
        for name, value in trials
        if (sentence := ask.sentence("assert_vars", {name: value}))
    }
    assert refused == {}
    ever = {"event_earliest_date": "1000-01-01", "event_latest_date": "9999-12-31"}
    assert ask.sentence("assert_vars", ever) is None


def test_every_other_value_stops_in_one_sentence(
    ask: Asker, described: dict[str, dict[str, Any]]
) -> None:
    """Of footfall's own, that names the var; dbt's parser meets the same one."""
    trials = [(name, v) for name, said in described.items() for v in wrong_values(said)]
    assert len(trials) > 300
    odd = {}
    readers = {
        "session_end_events": ["has_end_events", "set_names"],
        "internal_hosts": ["own_hosts", "set_names"],
        "own_presets": ["known_presets"],
        "session_timeout_minutes": ["session_timeout"],
        "session_timeout_minutes_by_platform": ["session_timeout", "set_names"],
    }
    for name, value in trials:
        for macro in ["assert_vars", *readers.get(name, [])]:
            sentence = ask.sentence(macro, {name: value})
            if not is_a_sentence(sentence, f"the var {name} "):
                odd[f"{macro} {name}: {value!r}"] = sentence
    assert odd == {}


def is_a_sentence(said: str | None, start: str) -> bool:
    """Whether something is said on one line, from this start to the full stop."""
    return bool(
        said
        and said.startswith(f"footfall: {start}")
        and said.endswith(".")
        and "\n" not in said
        and len(said) < 300
    )


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_says_what_would_be_right(ask: Asker, name: str) -> None:
    """Word for word."""
    settings, sentence = SENTENCES[name]
    assert ask.sentence("assert_settings", settings) == f"footfall: {sentence}"


@pytest.mark.parametrize("name", OPTIONS)
def test_so_does_one_about_a_source(ask: Asker, name: str) -> None:
    """With the source's name."""
    options, sentence = OPTIONS[name]
    sources = {"sources": {"demo": {"preset": "demo", **options}}}
    said = ask.sentence("assert_settings", sources)
    assert said == f"footfall: the source demo of the var sources {sentence}"


@pytest.mark.parametrize(
    ("word", "names", "nearest"),
    [
        ("history_day", ["history_days", "own_presets"], "history_days"),
        ("hsitory_days", ["history_days", "own_presets"], "history_days"),
        ("colour", ["columns", "spend"], None),
        ("", ["columns"], None),
        ("ab", ["abc", "abcd"], None),
        ("abc", ["abcd", "abd"], "abcd"),
        (5, ["columns"], None),
    ],
)
def test_the_nearest_name_is_at_most_a_third_away(
    ask: Asker, word: object, names: list[str], nearest: str | None
) -> None:
    """Of equally near ones the first."""
    assert ask.answer("nearest_name", word=word, names=names) == nearest


def test_hosts_are_brought_into_the_form_of_the_data(ask: Asker) -> None:
    """However they are copied, once each, and in punycode beside their own letters."""
    hosts = ["https://pay.example/", "*.pay.example", "PAY.example.", "pay.example:443"]
    hosts += ["https://me:secret@www.shop.example:8443/a?b#c", "MÜLLER.example"]
    assert ask.answer("own_hosts", {"internal_hosts": hosts}) == [
        *("pay.example", "www.shop.example", "müller.example"),
        "xn--mller-kva.example",
    ]


# What is typed after --vars, or the file's name and text, and what the build says.
TYPED: dict[str, tuple[str, str, str]] = {
    "a file that is not there": (
        "mine.yml",
        "",
        "There is no file mine.yml in {folder} to take vars from.",
    ),
    "a file of broken YAML": (
        "bad.yml",
        "history_days: 30\nsources: {a: [}\n",
        "bad.yml cannot be read as YAML, at line 2, column 15.",
    ),
    "tabs": (
        "bad.yml",
        "sources:\n\tshop: {preset: demo}\n",
        "bad.yml cannot be read as YAML, at line 2, column 1.",
    ),
    "a day that there is not": (
        "bad.yml",
        "event_earliest_date: 2025-02-30\n",
        "bad.yml cannot be read as YAML: it holds a date or number that there is not.",
    ),
    "broken JSON": (
        "bad.json",
        '{"history_days": 30,\n}',
        "bad.json cannot be read as JSON, at line 2, column 1.",
    ),
    "a list": (
        "list.yaml",
        "- history_days\n",
        "list.yaml must be a map of vars, such as session_timeout_minutes: 30, or the"
        " path of a file that ends in .yml, .yaml or .json.",
    ),
    "nothing": (
        "empty.yml",
        "# history_days: 30\n",
        "empty.yml holds no var: write some, such as session_timeout_minutes: 30.",
    ),
    "a file of another encoding": (
        "bad.yml",
        "own_presets: [caf\udce9]\n",
        "bad.yml is not of UTF-8: save it as that.",
    ),
    "a part of dbt_project.yml": (
        "mine.yml",
        "vars:\n  history_days: 30\n",
        "mine.yml has its vars below the key vars: leave that line out, and what is"
        " below it begins at the left.",
    ),
    "a var twice": (
        "mine.yml",
        "history_days: 30\naccept_bots: true\nhistory_days: 60\n",
        "mine.yml says history_days twice, the second time at line 3: say it once.",
    ),
    "an option twice": (
        "mine.yml",
        "sources:\n  shop:\n    preset: demo\n    preset: ga4\n",
        "mine.yml says preset twice, the second time at line 4: say it once.",
    ),
    "a var that is none": (
        "mine.yml",
        "history_day: 30\n",
        "mine.yml says history_day, but there is no such var; the nearest is"
        " history_days.",
    ),
    "one in the command": (
        "{history_day: 30}",
        "",
        "--vars says history_day, but there is no such var; the nearest is"
        " history_days.",
    ),
    "a word": (
        "demo",
        "",
        "--vars must be a map of vars, such as session_timeout_minutes: 30, or the path"
        " of a file that ends in .yml, .yaml or .json.",
    ),
}


@pytest.mark.parametrize("name", TYPED)
def test_what_cannot_be_taken_as_vars_is_2(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one sentence, before dbt starts."""
    typed, text, sentence = TYPED[name]
    if text:
        (tmp_path / typed).write_text(text, errors="surrogateescape")
    monkeypatch.chdir(tmp_path)
    assert build.main(["--vars", typed]) == build.NOT_STARTED == 2
    said = capsys.readouterr().err
    sentence = sentence.format(folder=tmp_path)
    assert said == f"The build did not start. footfall: {sentence}\n"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mine.yml", "\ufeffhistory_days: 7\nevent_earliest_date: 2000-01-01\n"),
        ("mine.YAML", "{history_days: 7, event_earliest_date: '2000-01-01'}"),
        ("mine.json", '{\n\t"history_days": 7, "event_earliest_date": "2000-01-01"}'),
        ("mine", "history_days: 7\nevent_earliest_date: 2000-01-01"),
    ],
)
def test_a_file_of_vars_is_given_to_dbt(
    file: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From where one stands, as are vars that are typed."""
    (tmp_path / file).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    given: list[list[str]] = []

    def run(arguments: list[str], _: bool) -> int:
        given.append(arguments)
        return build.GREEN

    monkeypatch.setattr(build, "run", run)
    assert build.main(["--vars", file, "--select", "channels"]) == 0
    assert build.main(["--vars", "{history_days: 8}", "--project-dir", "."]) == 0
    assert given[0][:3] == ["--select", "channels", "--vars"]
    read = {"history_days": 7, "event_earliest_date": "2000-01-01"}
    assert {k: v if k[0] == "h" else str(v) for k, v in taken(given[0][3]).items()} == (
        read
    )
    assert given[1][:4] == ["--project-dir", ".", "--vars", "{history_days: 8}"]


def taken(vars_: str) -> dict[str, Any]:
    """What dbt makes of what it is given."""
    read: dict[str, Any] = parse_cli_yaml_string(vars_, "vars")
    return read


PROJECTS: dict[str, tuple[str, str | None]] = {
    "a var of this project": (
        "name: footfall\nvars:\n  history_day: 30\n",
        "says history_day, but there is no such var; the nearest is history_days.",
    ),
    "one under the name": (
        "name: footfall\nvars:\n  footfall: {history_day: 30}\n",
        "says history_day, but there is no such var; the nearest is history_days.",
    ),
    "one of a host": (
        "name: host\nvars:\n  footfall: {sesion_end_events: [logout]}\n  start: 1\n",
        "says sesion_end_events, but there is no such var; the nearest is"
        " session_end_events.",
    ),
    "one twice": (
        "name: footfall\nvars:\n  history_days: 30\n  history_days: 60\n",
        "says history_days twice in its vars, the second time at line 4: say it once.",
    ),
    "a host's own": ("name: host\nvars:\n  history_day: 30\n", None),
    "a package's": ("name: footfall\nvars:\n  dbt_utils: {surrogate: 1}\n", None),
    "one of before": ("name: footfall\nvars:\n  enabled_sources: [a]\n", None),
    "none": ("name: footfall\n", None),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_misspelt_var_of_a_project_is_2(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """dbt shows no macro what stands in dbt_project.yml."""
    text, sentence = PROJECTS[name]
    project = tmp_path / "dbt_project.yml"
    project.write_text(text)
    monkeypatch.setattr(build, "run", lambda *_: 0)
    code = build.main(["--project-dir", str(tmp_path)])
    assert code == (build.NOT_STARTED if sentence else 0)
    said = capsys.readouterr().err
    if sentence:
        sentence = f"The build did not start. footfall: {project} {sentence}\n"
    assert said == (sentence or "")


def test_plain_dbt_stops_at_a_misspelt_var_of_the_project(ask: Asker) -> None:
    """Which a seed's meta has, by an alias of YAML."""
    meta = ask.manifest.flat_graph["nodes"]["seed.footfall.channels"]["config"]["meta"]
    written = dict(meta["written_vars"]["pre-hook"])
    assert list(written) == list(ask.answer("known_vars"))
    for more, near in (
        ({"history_day": 30}, "there is no var history_day"),
        ({"footfall": {"history_day": 30}}, "there is no var history_day"),
        ({"some_package": {"history_day": 30}}, None),
    ):
        meta["written_vars"]["pre-hook"] = {**written, **more}
        said = ask.sentence("assert_names", {})
        assert near in said if near and said else said is near
    meta["written_vars"]["pre-hook"] = written


def test_a_date_without_quotes_is_a_part_of_the_definition(ask: Asker) -> None:
    """The same as with quotes: YAML reads it as a date, which JSON does not know."""
    node = ask.manifest.flat_graph["nodes"]["model.footfall.int_events__logged"]

    def said(day: object) -> str:
        plan: dict[str, dict[str, str]] = {"parts": {}, "macros": {}, "states": {}}
        ask.answer("parts_of", {"event_earliest_date": day}, node=node, plan=plan)
        return plan["parts"]["var event_earliest_date"]

    days = (date(2000, 1, 1), "2000-01-01", date(2001, 1, 1))
    assert [said(day) for day in days] == ["2000-01-01", "2000-01-01", "2001-01-01"]


def test_the_summary_names_settings_without_effect() -> None:
    """Each with what has no such name."""
    plain = Figures(5, 5, {}, 1, 0, {}, {}, {}, 0, 0, "0.00", {}, [], [])
    assert not any("without effect" in line for line in figure_lines(plain))
    found = [
        ("internal_hosts", "host", "https://pay.example/"),
        ("session_end_events", "event", "Log Out"),
        ("session_timeout_minutes_by_platform", "platform", "tvOS"),
    ]
    assert figure_lines(replace(plain, unmatched=found))[-3:] == [
        "  without effect: internal_hosts names 'https://pay.example/', on which no"
        " page and no referrer is",
        "  without effect: session_end_events names 'Log Out', which no event is"
        " called",
        "  without effect: session_timeout_minutes_by_platform names 'tvOS', of which"
        " no event is",
    ]
