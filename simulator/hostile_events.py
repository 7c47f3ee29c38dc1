"""Events that are odd in every way a tracker's export can be, and what they mean.

An event is drawn as what it means, and then spelled: the texts that stand in the file,
by column of the event contract, None where there is nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

Spelled = dict[str, str | None]

COLUMNS = (
    "event_id",
    "visitor_id",
    "occurred_at",
    "event_name",
    "page_url",
    "page_title",
    "revenue",
)
# What texts are padded with: Unicode's white space, and signs of no width.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
BLANKS += "".join(map(chr, range(0x2000, 0x200C)))
NUL = "\x00"
STEM = "https://shop.example"
START = datetime(2026, 5, 4, 9)


@dataclass(frozen=True)
class Event:
    """What a right reader makes of one record; '' is an id that the record lacks."""

    event_id: str
    visitor_id: str | None
    occurred_at: datetime | None
    event_name: str
    page_url: str
    page_title: str
    revenue: Decimal | None
    rejection_reason: str | None = None


NAMES = (
    ("page_view", "page_view"),
    ("PageView", "page_view"),
    ("Page View", "page_view"),
    ("view-item", "view_item"),
    ("Add To  Cart", "add_to_cart"),
    ("purchase", "purchase"),
    ("HTMLLoaded", "html_loaded"),
)
WORDS_FOR_NOBODY = (None, "null", "guest", "0", "undefined", "(not set)", '""', "-")
BROKEN_TIMES = (None, "yesterday", "0000-00-00 00:00:00", "2026-02-30 10:00:00", "?")
BROKEN_AMOUNTS = ("n/a", "free", "12.50 EUR", "-")

# Each is followed by a number where it would else be the same for two.
VISITORS = (
    "#{}",
    "//{}",
    "'{}",
    "'{}'",
    "-4{}",
    "00{}",
    "1e{}",
    "1000000000000000000000{}",
    "184467440737095516{}",
    "+49 171 {}",
    "={}",
    "a,b;c|{}",
    'a"b{}',
    '"{}"x',
    "Ann{}",
    "ann{}",
    "NULL{}",
    "  padded{} ",
    "tab\t{}",
    "back\\{}",
    "a" + NUL + "b{}",
    "{{x}}{}",
    "$1{}",
    "%s{}",
)
TITLES = (
    "Home",
    "Sale, 50% off; now | here",
    'a "quoted" word',
    '15" screen',
    "it's here",
    "tab\there",
    "C:\\new\\table",
    "ends with \\",
    "# no comment",
    "-- nor this",
    '{"a": [1, 2]}',
    "sep=;",
    "<b>bold</b>",
    "vertical\x0btab and form\x0cfeed",
    "file\x1cseparator",
    "null" + NUL + " and void",
    "0x1F",
    "2026-05-04",
    "word " * 60 + "end",
)
LATIN = ("Größe über ß", "Straße 5 €", "“curly” quotes")
BASIC = ("日本語", "line\u2028separator", "next\u0085line", "e\u0301 combined")
# In UTF-16 the bytes of a line feed or carriage return stand in these.
LINE_FEEDS = ("ਊ here", "\u0d0a\u0a0d there", "\u0a2c comma")
BEYOND = ("Emoji 🛒 here", "👩‍👩‍👧 family")
BROKEN_OVER_LINES = (
    "first\nsecond",
    "first,\nsecond; and\nthird",
    "with an\n\nempty line",
    'says\n"hello", quoted',
)


@dataclass(frozen=True)
class Letters:
    """What a file's encoding can hold."""

    visitors: tuple[str, ...]
    titles: tuple[str, ...]
    names: tuple[tuple[str, str], ...] = NAMES


_UMLAUT_NAMES = (*NAMES, ("Warenkorb Geöffnet", "warenkorb_geöffnet"))
LETTERS = {
    "cp1252": Letters((*VISITORS, "käthe{}"), TITLES + LATIN, _UMLAUT_NAMES),
    "utf-16-le": Letters(
        (*VISITORS, "käthe{}", "ਊ{}"),
        TITLES + LATIN + BASIC + LINE_FEEDS,
        _UMLAUT_NAMES,
    ),
    "utf-8": Letters(
        (*VISITORS, "käthe{}", "🦊{}"),
        TITLES + LATIN + BASIC + BEYOND,
        _UMLAUT_NAMES,
    ),
}


class EventDraw:
    """Draws events one by one, none of which shares its id by accident."""

    def __init__(self, rng: Random, letters: Letters, has_lines: bool) -> None:
        """`has_lines`: line breaks stand in titles."""
        self.rng, self.letters, self.has_lines = rng, letters, has_lines
        self.count = 0

    def plain(self) -> tuple[Event, Spelled]:
        """An event that no reader gets wrong."""
        self.count += 1
        at = self._next_time()
        event = Event(
            f"p{self.count}",
            f"v{self.count % 97}",
            at,
            "page_view",
            f"{STEM}/",
            "Home",
            None,
        )
        return event, _texts(event)

    def odd(self) -> tuple[Event, Spelled]:
        """One whose values have traps; some are to be rejected."""
        rng = self.rng
        self.count += 1
        visitor = rng.choice(self.letters.visitors).format(rng.randrange(1, 30))
        spelled_name, name = rng.choice(self.letters.names)
        titles = self.letters.titles
        if self.has_lines and rng.random() < 0.15:
            titles = BROKEN_OVER_LINES
        title = rng.choice(titles)
        at = self._next_time()
        event = Event(
            rng.choice(("#{}", "//{}", "'{}", "-{}", "000{}", "{}e5", "9" * 18 + "{}"))
            # Of equal length, lest two forms meet in one id.
            .format(10_000_000 + self.count),
            _meant(visitor),
            at,
            name,
            f"{STEM}/p/{self.count}?q=" + rng.choice(("a,b;c", "x|y", "it's", "1")),
            _meant(title),
            None if rng.random() < 0.6 else Decimal(rng.randrange(-5_000, 500_000)),
        )
        if event.revenue is not None:
            event = replace(event, revenue=event.revenue / 100)
        spelled = _texts(event)
        spelled |= {
            "visitor_id": visitor,
            "page_title": title,
            "event_name": spelled_name,
            "occurred_at": self._spelled_time(at),
            "revenue": self._spelled_amount(event.revenue),
        }
        if rng.random() < 0.03:
            event, spelled["event_id"] = replace(event, event_id=""), None
        chance = rng.random()
        if chance < 0.06:
            spelled["visitor_id"] = rng.choice(WORDS_FOR_NOBODY)
            return _rejected(event, "missing_visitor"), spelled
        if chance < 0.12:
            spelled["occurred_at"] = rng.choice(BROKEN_TIMES)
            return _rejected(event, "missing_time"), spelled
        return event, spelled

    def empty(self) -> Event:
        """What a record without a word means."""
        return Event("", None, None, "unknown", "", "", None, "missing_visitor")

    def copy_of(self, event: Event, spelled: Spelled) -> tuple[Event, Spelled]:
        """The same id again, a second later and with another title."""
        assert event.occurred_at is not None
        at = event.occurred_at + timedelta(seconds=1)
        changed = {"occurred_at": f"{at.isoformat()}Z", "page_title": "Home"}
        again = replace(event, occurred_at=at, page_title="Home")
        return _rejected(again, "duplicate"), {**spelled, **changed}

    def _next_time(self) -> datetime:
        # Far enough apart that nobody is taken for a program.
        seconds = 40 * self.count + self.rng.randrange(30)
        return START + timedelta(seconds=seconds, milliseconds=250 * (self.count % 3))

    def _spelled_time(self, at: datetime) -> str:
        # Two hours east, where the offset is +02:00.
        east = at + timedelta(hours=2)
        microseconds = (at - datetime(1970, 1, 1)) // timedelta(microseconds=1)
        spellings = [
            f"{at.isoformat()}Z",
            at.isoformat(" "),
            f"{east.isoformat()}+02:00",
            f"{east.isoformat(' ').replace('.', ',')} +0200",
            f"{at.isoformat().lower()}z",
            f"{at.isoformat(' ')} UTC",
            str(microseconds // 1_000),
            str(microseconds),
        ]
        if at.microsecond == 0:
            spellings.append(str(microseconds // 1_000_000))
        return self.rng.choice(spellings)

    def _spelled_amount(self, amount: Decimal | None) -> str | None:
        if amount is None:
            return self.rng.choice((None, None, None, *BROKEN_AMOUNTS))
        english = f"{amount:,.2f}"
        return self.rng.choice(
            (
                f"{amount:.2f}",
                f"{amount:.2f}",
                english if "," in english else f"{amount:.2f}",
                english.translate(str.maketrans(",.", ".,")),
                english.replace(",", " "),
            )
        )


def _meant(text: str) -> str:
    """A text of the file as it is meant: no NUL, no blanks around it."""
    return text.replace(NUL, "").strip(BLANKS)


def _texts(event: Event) -> Spelled:
    values = {column: getattr(event, column) for column in COLUMNS}
    return {
        column: None if value is None else str(value)
        for column, value in values.items()
    }


def _rejected(event: Event, reason: str) -> Event:
    return replace(event, rejection_reason=reason)
