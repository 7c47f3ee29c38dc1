"""Records of a hostile CSV file, whole ones and broken ones."""

from dataclasses import dataclass
from random import Random

from simulator.hostile_events import COLUMNS, Spelled

# One of these stands for an umlaut in a file of another encoding.
BYTES_OF_NO_UTF_8 = ("\udce4", "\udcff", "\udcc3 ", "\udced\udca0\udc80")
KEYWORDS = {
    *("order", "group", "when", "primary", "select", "from", "user", "table", "end"),
    *("time", "timestamp", "value", "limit", "case", "default", "desc"),
}

HEADERS = {
    "event_id": ("id", "Event ID", "EventId", "#", 'Nr. "neu"', "primary", "nr"),
    "visitor_id": ("visitor", "Visitor Id", "user", "group", "Kund's Nr", "USER_NO"),
    "occurred_at": ("time", "Zeit (UTC)", "when", "order", "Timestamp", "moment"),
    "event_name": ("event", "select", "Event-Name", "Action", "1st", "a.b"),
    "page_url": ("url", "from", "Page URL", "table", "LOCATION"),
    "page_title": ("title", "Page title", "end", "text_", "case"),
    "revenue": ("amount", "Amount?", "value", "desc", "Total (net)", "default"),
}
GERMAN_HEADERS = {
    "event_id": "Schlüssel",
    "visitor_id": "Gäste-Nr",
    "occurred_at": "Übertragen",
    "revenue": "Erlös",
}
FILLERS = ("note", "limit", "Spalte 9", "x", "old; new, or | none")


@dataclass
class Dialect:
    """How records are written."""

    delimiter: str
    quote: str
    quoting: str
    """all: every cell is quoted; needed: what must be; loose: some others too."""

    def cell(self, rng: Random, text: str, must: bool = False) -> str:
        """A text as a cell."""
        needs = text.startswith(self.quote) or any(
            sign in text for sign in (self.delimiter, "\n", "\r")
        )
        if must or needs or self.quoting == "all":
            return self.quoted(text)
        # A quote within a bare text is text.
        if self.quoting == "loose" and rng.random() < 0.3:
            return self.quoted(text)
        return text

    def quoted(self, text: str) -> str:
        """A text in quotes, its own doubled."""
        return f"{self.quote}{text.replace(self.quote, self.quote * 2)}{self.quote}"


class CsvDraw:
    """A header, and records below it."""

    def __init__(self, rng: Random, traits: set[str]) -> None:
        """`traits` says what is odd about the header, and is told of the dialect."""
        self.rng, self.traits = rng, traits
        self.dialect = dialect = Dialect(
            rng.choice((",", ",", ";", "\t", "|")),
            "'" if rng.random() < 0.15 else '"',
            rng.choice(("all", "needed", "loose")),
        )
        traits |= {f"delimiter {dialect.delimiter!r}", f"quote {dialect.quote}"}
        traits.add(f"quoted: {dialect.quoting}")
        if dialect.delimiter == "\t":
            # A line of tabs alone is blank.
            traits.discard("empty records")
        order = [*COLUMNS]
        rng.shuffle(order)
        names = {column: rng.choice(HEADERS[column]) for column in COLUMNS}
        if "umlauts in the header" in traits:
            names |= GERMAN_HEADERS
        self.columns: list[str | None] = [*order]
        self.header = [names[column] for column in order]
        self.map = {
            column: identifier(name.lower() if rng.random() < 0.2 else name)
            if name.isascii()
            else identifier(name)
            for column, name in names.items()
        }
        without_name, twice = rng.sample(order, 2)
        if "repeated name" in traits:
            self._repeat(twice)
        if "empty name" in traits:
            self._leave_empty(without_name)
        if dialect.quote == "'":
            # Nothing says so before the header's end and delimiter are found.
            traits.discard("line break in the header")
        self._add_fillers("line break in the header" in traits)
        if "functions in the map" in traits:
            self._map_with_functions()

    def _repeat(self, column: str) -> None:
        """Another column of the same name comes first, so the event's is the second."""
        at = self.columns.index(column)
        name = self.header[at]
        self.columns.insert(at, None)
        self.header.insert(at, name)
        self.map[column] = identifier(f"{name}_1")

    def _leave_empty(self, column: str) -> None:
        """Without a name a column is called by its place, from nought."""
        at = self.columns.index(column)
        self.header[at] = ""
        self.map[column] = f"column{at}"

    def _add_fillers(self, has_line_break: bool) -> None:
        is_usual = self.dialect.quote == '"'
        known = [name for name in FILLERS if is_usual or "," not in name]
        fillers = self.rng.sample(known, self.rng.randrange(3))
        if has_line_break:
            fillers.append("free\ntext")
        # At the end, since empty names count places.
        self.header += fillers
        self.columns += [None] * len(fillers)

    def _map_with_functions(self) -> None:
        for column, call in (
            ("visitor_id", "coalesce({}, '')"),
            ("page_title", "trim({})"),
            ("event_name", "cast({} as varchar)"),
        ):
            self.map[column] = call.format(self.map[column])

    def head(self) -> list[str]:
        """What stands before the first record."""
        if "sep=" in self.traits:
            return [f"sep={self.dialect.delimiter}", self._header()]
        if "blank lines" in self.traits and self.rng.random() < 0.3:
            return ["", self._header()]
        return [self._header()]

    def _header(self) -> str:
        """The header; blanks around a name do not count."""
        # In single quotes, or where it holds what may be a delimiter.
        cells = [
            self.dialect.cell(self.rng, name, self.dialect.quote == "'" or "," in name)
            for name in self.header
        ]
        cells = [
            f" {cell} " if cell and cell == name and self.rng.random() < 0.1 else cell
            for cell, name in zip(cells, self.header, strict=True)
        ]
        return self.dialect.delimiter.join(cells)

    def plain(self, spelled: Spelled) -> str:
        """A whole record, as any other."""
        return self.record(spelled)

    def record(self, spelled: Spelled) -> str:
        """A whole record."""
        return self.dialect.delimiter.join(self._cells(spelled))

    def empty(self) -> str:
        """Delimiters alone, as a spreadsheet saves a row that was cleared."""
        cells = [self.dialect.cell(self.rng, "") for _ in self.columns]
        return self.dialect.delimiter.join(cells)

    def broken(self, spelled: Spelled, reason: str) -> str:
        """A record of one line that is broken for this reason."""
        rng, dialect = self.rng, self.dialect
        # Nothing else in it may be odd, or there were two reasons.
        plain: Spelled = {
            column: "".join(each for each in text or "x" if each.isalnum()) or "x"
            for column, text in spelled.items()
        }
        texts = [plain[column] or "x" if column else "x" for column in self.columns]
        if reason == "open_quote":
            return self._open_quote(texts)
        if reason == "not_utf_8":
            at = rng.randrange(len(texts))
            texts[at] += rng.choice(BYTES_OF_NO_UTF_8) + "x"
        cells = [dialect.cell(rng, text) for text in texts]
        if reason == "too_many_fields":
            more = rng.choice((["x"], [""], ["", ""], ["more"] * len(cells)))
            at = rng.randrange(len(cells) + 1)
            cells[at:at] = more
        elif reason == "too_few_fields":
            if rng.random() < 0.3:
                return rng.choice(("Total", "(1200 rows affected)", "garbage"))
            cells = cells[: rng.randrange(1, len(cells))]
        return dialect.delimiter.join(cells)

    def _open_quote(self, texts: list[str]) -> str:
        rng, dialect, quote = self.rng, self.dialect, self.dialect.quote
        at = rng.randrange(len(texts))
        cells = [dialect.cell(rng, text) for text in texts]
        form = rng.choice(("never closed", "closed nowhere", "closed too early"))
        if form == "closed nowhere":
            cells = [dialect.quoted(text) for text in texts]
        cells[at] = quote + texts[at]
        if form == "closed too early":
            cells[at] += f"{quote}{texts[at]}"
        return dialect.delimiter.join(cells)

    def _texts(self, spelled: Spelled) -> list[str]:
        return [
            self.rng.choice(("", "x", "n/a"))
            if column is None
            else spelled[column] or ""
            for column in self.columns
        ]

    def _cells(self, spelled: Spelled) -> list[str]:
        texts = self._texts(spelled)
        # Which line ends a record is told by its quotes, so no bare one stands there.
        spans = any("\n" in text or "\r" in text for text in texts)
        return [
            self.dialect.cell(self.rng, text, spans and self.dialect.quote in text)
            for text in texts
        ]


def identifier(name: str) -> str:
    """A name as SQL has it, in quotes where it must be."""
    is_plain = name.isascii() and name.replace("_", "a").isalnum()
    if is_plain and not name[0].isdigit() and name.lower() not in KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'
