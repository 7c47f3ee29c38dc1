"""The sentences that footfall stops with, read from where they are said.

What a sentence fills in, a name, a value or a file, is an ellipsis.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GAP = "…"
STOPS = re.compile(r"\b(?:stop_run|try_or_compiler_error)\(")
# Part of docs/errors.md -> the files that say what stands there.
PARTS = {
    "settings": [
        "macros/assert_settings.sql",
        "macros/settings/assert_vars.sql",
        "macros/settings/assert_configs.sql",
        "macros/is_internal_host.sql",
        "serving/settings.py",
    ],
    "sources": [
        "macros/sources/*.sql",
        "macros/portable/expression_columns.sql",
        "macros/portable/unbound_reason.sql",
    ],
    "files": ["macros/files/*.sql", "macros/portable/text_records.sql"],
    "rules": [
        "macros/settings/assert_rules.sql",
        "macros/settings/rules_together.sql",
        "macros/settings/whole_rules.sql",
    ],
    "runs": ["macros/incremental/*.sql", "macros/fixed_point.sql"],
    "places": [
        "macros/portable/assert_alone.sql",
        "macros/portable/list_schemas.sql",
        "macros/portable/lower_case.sql",
    ],
    "publishing": ["serving/checks.py", "serving/made.py", "serving/publish.py"],
    "finding out": ["serving/sources.py"],
    "the command": ["serving/folder.py"],
}


def sentences(part: str) -> list[str]:
    """Those of one part of the page, in the order of files and lines."""
    paths = [path for pattern in PARTS[part] for path in sorted(ROOT.glob(pattern))]
    said = [
        sentence
        for path in paths
        for sentence in (in_macros if path.suffix == ".sql" else in_python)(
            path.read_text(encoding="utf-8")
        )
    ]
    # Of some nothing is written where the run is ended.
    told = [sentence for sentence in said if len(sentence.split()) > 2]
    return list(dict.fromkeys(told))


def files_that_stop() -> set[Path]:
    """All files of macros that end a run; each has to be of some part."""
    return {
        path
        for path in (ROOT / "macros").rglob("*.sql")
        if "stop_run(" in path.read_text(encoding="utf-8")
    }


def in_macros(text: str) -> Iterator[str]:
    """What calls of stop_run say, in a file of macros."""
    for call in STOPS.finditer(text):
        if not text[: call.start()].endswith("macro "):
            yield tidy(joined(text, call.end()))


def joined(text: str, start: int) -> str:
    """The texts that are joined into the first argument of a call."""
    said, depth, at = [], 0, start
    while depth >= 0:
        sign = text[at]
        if sign in "'\"":
            end = at + 1
            while text[end] != sign:
                end += 2 if text[end] == "\\" else 1
            said.append(ast.literal_eval(text[at : end + 1]) if not depth else GAP)
            at = end
        elif sign == "," and not depth:
            break
        elif not sign.isspace() and sign != "~":
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign, 0)
            if depth >= 0:
                said.append(GAP)
        at += 1
    return "".join(said)


def in_python(text: str) -> Iterator[str]:
    """What errors are raised with, in a file of Python."""
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and isinstance(node.exc.func, ast.Name)
            and node.exc.func.id.endswith("Error")
            and node.exc.args
            and isinstance(node.exc.args[0], ast.Constant | ast.JoinedStr)
        ):
            parts = getattr(node.exc.args[0], "values", [node.exc.args[0]])
            yield tidy(
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else GAP
                    for part in parts
                )
            )


def tidy(sentence: str) -> str:
    """One gap for several, on one line."""
    sentence = re.sub(rf"{GAP}+", GAP, sentence.removeprefix("footfall: "))
    return re.sub(r"\s+", " ", sentence).strip()
