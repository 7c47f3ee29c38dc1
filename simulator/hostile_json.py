"""Objects of a hostile JSON file, whole ones and broken ones."""

import json
import re
from random import Random

from simulator.hostile_csv import BYTES_OF_NO_UTF_8, identifier
from simulator.hostile_events import COLUMNS, NUL, Spelled

NO_OBJECTS = ("42", "null", "true", '"text"', "[]", '[{"id": 1}]', "-0.5")

# A key, or the keys on the way into an object.
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "event_id": (("id",), ("eventId",), ("event", "id"), ("@id",), ('"id"',)),
    "visitor_id": (("visitor",), ("user", "id"), ("group",), ("Visitor Id",)),
    "occurred_at": (("time",), ("order",), ("context", "time", "utc"), ("a.b",)),
    "event_name": (("name",), ("select",), ("event", "name"), ("Kund's",)),
    "page_url": (("url",), ("page", "url"), ("from",), ("LOCATION",)),
    "page_title": (("title",), ("page", "title"), ("end",)),
    "revenue": (("amount",), ("order_", "amount"), ("desc",), ("Total (net)",)),
}
WHOLE_NUMBER = re.compile("-?[1-9][0-9]*")
DECIMAL_NUMBER = re.compile(r"-?[1-9][0-9]*\.[0-9]{2}")


class JsonDraw:
    """Objects with the same keys, in any order, of which any may be absent."""

    def __init__(self, rng: Random, traits: set[str]) -> None:
        """`traits` is told what is odd."""
        self.rng, self.traits = rng, traits
        self.escapes_all = rng.random() < 0.3
        self.paths = {column: rng.choice(KEYS[column]) for column in COLUMNS}
        if any(len(path) > 1 for path in self.paths.values()):
            traits.add("nested objects")
        self.map = {
            column: ".".join(map(identifier, path))
            for column, path in self.paths.items()
        }

    def plain(self, spelled: Spelled) -> str:
        """An object of texts alone, without what is nothing."""
        tree: dict[str, object] = {}
        for column in COLUMNS:
            text = spelled[column]
            if text is not None:
                self._set(tree, column, json.dumps(text))
        return _written(tree, ":", ",")

    def record(self, spelled: Spelled) -> str:
        """A whole object."""
        tree: dict[str, object] = {}
        columns = [*COLUMNS]
        self.rng.shuffle(columns)
        for column in columns:
            token = self._token(column, spelled[column])
            if token is not None:
                self._set(tree, column, token)
        if self.rng.random() < 0.3:
            tree["extra"] = self.rng.choice(("1", '"x"', "[1, {}]", '{"deep": [null]}'))
        colon, comma = self.rng.choice(((":", ","), (": ", ", "), (" :  ", " ,\t")))
        written = _written(tree, colon, comma)
        chance = self.rng.random()
        if chance < 0.03:
            self.traits.add("bare NUL in JSON")
            return f"{{{NUL}{written[1:]}"
        if chance < 0.06:
            self.traits.add("escaped key")
            key = written[1 : written.index('"', 2) + 1]
            return written.replace(key, _escaped(key), 1)
        if chance < 0.09:
            self.traits.add("blanks around an object")
            return f"  {written}\t "
        return written

    def empty(self) -> str:
        """An object without a key."""
        return "{}"

    def broken(self, spelled: Spelled, reason: str) -> str:
        """What stands in the place of an object, for this reason."""
        rng = self.rng
        if reason == "no_object":
            return rng.choice(NO_OBJECTS)
        whole = self.plain(spelled)
        if reason == "repeated_key":
            key = whole[1 : whole.index(":")]
            # A letter of it may be escaped, and it is the same key.
            again = rng.choice((key, key, _escaped(key)))
            after = f"{whole[:-1]}, {again}: 1}}"
            return rng.choice((after, f"{{{again}: 1, {whole[1:]}"))
        if reason == "not_utf_8":
            return f'{whole[:-1]}, "bad": "{rng.choice(BYTES_OF_NO_UTF_8)}x"}}'
        return rng.choice(
            (
                whole[: rng.randrange(2, len(whole))],
                whole[rng.randrange(1, len(whole)) :],
                whole + whole,
                f"{whole},",
                whole.replace(":", "", 1),
                whole.replace('"', "'"),
                "broken {",
                "<html><body>502 Bad Gateway</body></html>",
            )
        )

    def _set(self, tree: dict[str, object], column: str, token: str) -> None:
        *parents, last = self.paths[column]
        for parent in parents:
            inner = tree.setdefault(parent, {})
            assert isinstance(inner, dict)
            tree = inner
        tree[last] = token

    def _token(self, column: str, text: str | None) -> str | None:
        """A value, as the number or text that it may be; None: the key is absent."""
        rng = self.rng
        if text is None:
            return rng.choice((None, None, "null", '""'))
        if column == "visitor_id" and text == "0":
            return rng.choice(("0", "false", '"0"'))
        if column == "revenue" and text == "n/a":
            self.traits.add("types mixed")
            return rng.choice(("true", '{"value": 1}', "[1, 2]", '"n/a"'))
        is_number = WHOLE_NUMBER.fullmatch(text) or (
            column == "revenue" and DECIMAL_NUMBER.fullmatch(text)
        )
        if is_number and rng.random() < 0.7:
            self.traits.add("types mixed")
            return text
        return json.dumps(text, ensure_ascii=self.escapes_all or rng.random() < 0.3)


def _written(tree: dict[str, object], colon: str, comma: str) -> str:
    """An object of tokens and of such objects."""
    members = [
        f"{json.dumps(key)}{colon}"
        + (_written(value, colon, comma) if isinstance(value, dict) else str(value))
        for key, value in tree.items()
    ]
    return "{" + comma.join(members) + "}"


def _escaped(key: str) -> str:
    """A key in quotes with its first letter as an escape."""
    return f'"\\u{ord(key[1]):04x}{key[2:]}' if key[1].isalnum() else key
