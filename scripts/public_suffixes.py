"""Write the seed of public suffixes, and what its page says, from the list itself.

The list comes with the package publicsuffixlist, which requirements.in asks for: after
an update of it `python -m scripts.public_suffixes` writes both files anew. Each suffix
that is not ASCII is there a second time in punycode, as hosts are often written.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import publicsuffixlist

ROOT = Path(__file__).resolve().parents[1]
SEED = ROOT / "seeds" / "rules" / "public_suffixes.csv"
PAGE = ROOT / "models" / "docs" / "_docs__public_suffixes.md"
LIST = Path(publicsuffixlist.__file__).parent / "public_suffix_list.dat"
MATCH_TYPES = {"!": "exception", "*": "wildcard"}
COLUMNS = ("suffix", "match_type", "is_private")

Rule = tuple[str, str, str]


def rules(text: str) -> Iterator[Rule]:
    """Each rule of the list as a row, with its twin in punycode."""
    icann, private = text.split("===BEGIN PRIVATE DOMAINS===")
    for part, is_private in ((icann, "false"), (private, "true")):
        for written in re.findall(r"^(?!//)\S+", part, re.MULTILINE):
            match_type = MATCH_TYPES.get(written[0], "exact")
            suffix = written.removeprefix("!").removeprefix("*.")
            yield suffix, match_type, is_private
            yield suffix.encode("idna").decode(), match_type, is_private


def page(text: str, count: int) -> str:
    """What the list is, and under which licence."""
    version = re.search(r"^// VERSION: (\S+)", text, re.MULTILINE)
    assert version, "the list names no version"
    return f"""\
{{% docs public_suffixes %}}
One row per rule of the Public Suffix List (https://publicsuffix.org), version
{version[1]}, {count:,} with those in punycode: under which suffixes hosts are
registered, by a registry (co.uk) or by a firm that gives hosts to its customers
(myshopify.com). The list is subject to the terms of the Mozilla Public License, v. 2.0,
which is at https://mozilla.org/MPL/2.0/. `python -m scripts.public_suffixes` writes the
rows anew.
{{% enddocs %}}
"""


def main() -> None:
    """Write both files."""
    text = LIST.read_text(encoding="utf-8")
    rows = sorted(set(rules(text)))
    with SEED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    PAGE.write_text(page(text, len(rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
