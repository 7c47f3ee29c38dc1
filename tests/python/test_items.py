"""Products of events are rows, whatever JSON a tracker sends, on every engine."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from engines import EVERY_ENGINE, EngineBuilder
from harness import Builder, demo_of, one_source, write_parquet

Product = tuple[int, str | None]
# JSON text of an event -> its products, as (number, item_id, item_name).
LISTS: dict[str, list[tuple[int, str | None, str | None]]] = {
    '[{"item_id": "a", "item_name": "Ünï ☕ 😀"}]': [(1, "a", "Ünï ☕ 😀")],
    '[{"item_id": "a", "item_name": "\\u00dcn\\u00ef \\ud83d\\ude00"}]': [
        (1, "a", "Ünï 😀")
    ],
    '[{"item_id": "a", "item_name": "12\\" \\\\ pan\\/pot, it\'s {1}"}]': [
        (1, "a", "12\" \\ pan/pot, it's {1}")
    ],
    '[{"item_id": "a", "item_name": "one\\ntwo"}]': [(1, "a", "one\ntwo")],
    '[{"item_id": "a", "item_name": "x\\u0000y\\\\u0000"}]': [(1, "a", "xy\\u0000")],
    '[{"item_id": "a", "item_name": "\\u0000\\u0000"}]': [(1, "a", None)],
    "[]": [],
    " [ ] ": [],
    "[{}]": [(1, None, None)],
    '\n[\t{"item_id":\r\n"a" , "x" : [ ] } ]\n': [(1, "a", None)],
    '[{"item_id": "a"}, {"item_id": "b"}, {"item_id": "a"}]': [
        (1, "a", None),
        (2, "b", None),
        (3, "a", None),
    ],
    '["x", {"item_id": "a"}, 7, null, [{"item_id": "b"}], true, {"item_id": "c"}]': [
        (2, "a", None),
        (7, "c", None),
    ],
    '["{\\"item_id\\": \\"a\\"}", "{\\"item_id\\": \\"b\\""]': [(1, "a", None)],
    '[{"item_id": {"deep": ["b", {"c": null}]}, "id": 7, "name": ["x"]}]': [
        (1, "7", None)
    ],
    '[{"custom": {"item_id": "b", "a": [[[[{"item_id": "c"}]]]]}, "item_id": "a"}]': [
        (1, "a", None)
    ],
    '[{"item_id": "[b]", "item_name": "{b} [c]"}]': [(1, "[b]", "{b} [c]")],
    '[{"item_id": null, "product_id": "", "id": " (not set) ", "sku": " a "}]': [
        (1, "a", None)
    ],
    '[{"item_id": 12345678901234, "item_name": true}]': [(1, "12345678901234", "true")],
    '[{"item_id": -7, "item_name": 0}]': [(1, "-7", "0")],
    '[{"item_id": "nan, ] }", "item_name": "inf,}"}]': [(1, "nan, ] }", "inf,}")],
    '{"item_id": "a"}': [],
    "tee": [],
    "7": [],
    '"[1]"': [],
    "null": [],
    '[{"item_id": "a"}': [],
    '[{"item_id": "a"}]]': [],
    '[{"item_id": "a"}] [{"item_id": "b"}]': [],
    '[{"item_id": "a"},]': [],
    '[{"item_id": "a",}]': [],
    '[{"item_id" "a"}]': [],
    '[{"item_id": "a" "b"}]': [],
    '[{item_id: "a"}]': [],
    "[{'item_id': 'a'}]": [],
    '[{"item_id": "a\tb"}]': [],
    '[{"item_id": "\\x61"}]': [],
    '[{"item_id": "\\ud83d"}]': [],
    '[{"item_id": "\\u12"}]': [],
    '[{"item_id": 01}]': [],
    '[{"item_id": .5}]': [],
    '[{"item_id": 1.}]': [],
    '[{"item_id": +1}]': [],
    '[{"item_id": NaN}]': [],
    '[{"item_id": Infinity}]': [],
    '[{"item_id": tru}]': [],
    '[{"item_id": truefalse}]': [],
    '[{"item_id": 1 2}]': [],
    '[{"item_id": "a"} // none\n]': [],
    '[{"item_id": "a"},,{"item_id": "b"}]': [],
    '[{"item_id": "a"}{"item_id": "b"}]': [],
    "[{1: 2}]": [],
    '[{"item_id"}]': [],
    '[{"item_id":}]': [],
    "[{]}": [],
    "[": [],
    '[{"item_id": "a]': [],
}


def event(nth: int, **more: object) -> dict[str, Any]:
    """A view of a product by a visitor of its own, or what else `more` says."""
    row = {"event_id": f"e{nth:03}", "visitor_id": f"v{nth:03}", "platform": "web"}
    row |= {"occurred_at": "2026-05-04 10:00:00", "event_name": "view_item"}
    return {**row, "page_url": "https://shop.example/", **more}


def bought(nth: int, items: object, **more: object) -> dict[str, Any]:
    """A purchase of these products by one visitor."""
    told = {"visitor_id": "ann", "event_name": "purchase", "currency": "EUR"}
    told |= {"items": items if isinstance(items, str) else json.dumps(items)}
    return event(nth, **{**told, **more})


def products_of(text: str) -> list[Product]:
    """Number and id of every object of a JSON list that Python reads, strictly."""

    def refuse(text: str) -> None:
        raise ValueError(text)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise KeyError(text)
        return dict(pairs)

    read = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    # Half of a letter is none.
    json.dumps(read, ensure_ascii=False).encode()
    return [
        (number, each.get("item_id"))
        for number, each in enumerate(read if isinstance(read, list) else [], start=1)
        if isinstance(each, dict)
    ]


def drawn_lists(dice: random.Random, count: int) -> dict[str, list[Product]]:
    """Lists with a sign lost, doubled or put in somewhere, and their products."""
    found: dict[str, list[Product]] = {}
    whole = '[{"item_id": "a\\"\\u00fc", "x": [1.5e3, {"y": null}], "z": {}}, true, {}]'
    while len(found) < count:
        place, sign = dice.randrange(len(whole)), dice.choice('[]{}",:\\ 0-.e1nt')
        text = whole[:place] + dice.choice(["", sign, sign + whole[place]])
        text += whole[place + 1 :]
        try:
            products = products_of(text)
        except ValueError:
            products = []
        except KeyError:
            continue
        # An id of another type is a text elsewhere, and one of blanks none.
        if all(isinstance(i, str | None) and str(i).isprintable() for _, i in products):
            found[text] = products
    return found


def test_drawn_lists_are_of_both_kinds() -> None:
    """Some are still JSON, most are not."""
    kinds = [bool(products) for products in drawn_lists(random.Random(5), 200).values()]
    assert 20 < sum(kinds) < 180


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_every_engine_tells_broken_json_from_whole(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """As Python does, of lists with one mistake."""
    drawn = drawn_lists(random.Random(5), 200)
    texts = list(drawn)
    found: dict[str, list[Product]] = {text: [] for text in drawn}
    for event_id, number, item_id, _ in items(engine_build, shared, engine, "d"):
        found[texts[int(str(event_id)[1:])]].append((int(str(number)), item_id))
    for text, products in drawn.items():
        plain = [(number, (name or "").strip() or None) for number, name in products]
        assert sorted(found[text], key=lambda each: each[0]) == plain, text


def items(
    engine_build: EngineBuilder, shared: Path, engine: str, kind: str
) -> list[tuple[str | None, ...]]:
    """Event, number, id and name of every product of one kind of lists, in no order.

    One build holds both kinds: those by hand, e, and those drawn, d.
    """
    lists = {"e": list(LISTS), "d": list(drawn_lists(random.Random(5), 200))}
    rows = [
        event(nth, items=text, event_id=f"{each}{nth:03}", visitor_id=f"{each}{nth:03}")
        for each, texts in lists.items()
        for nth, text in enumerate(texts)
    ]
    project = demo_of(shared, "lists of products", rows)
    made = engine_build(engine, project=project, runs_tests=False, select="+fct_items")
    assert made.is_green, made.said
    (names,) = (each.columns for each in made.relations if each.name == "fct_items")
    asked = ("event_id", "item_number", "item_id", "item_name")
    places = [list(names).index(name) for name in asked]
    found = [tuple(row[place] for place in places) for row in made.rows("fct_items")]
    return [row for row in found if str(row[0])[0] == kind]


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_every_engine_reads_the_same_of_a_list(
    engine_build: EngineBuilder, shared: Path, engine: str
) -> None:
    """Of JSON its products, of anything else none, and no run stops at it."""
    expected = {
        (f"e{nth:03}", str(number), item_id, item_name)
        for nth, products in enumerate(LISTS.values())
        for number, item_id, item_name in products
    }
    found = items(engine_build, shared, engine, "e")
    assert set(found) == expected
    assert len(found) == len(expected)


def test_products_of_an_order_count_once(build: Builder, tmp_path: Path) -> None:
    """With the event that is the conversion: not reloaded, nor told by a server."""
    mugs = [{"id": "mug", "price": "12.50", "quantity": 3}, {"id": "tee", "price": 20}]
    noon, later = "2026-05-04 12:00:00", "2026-05-04 12:00:01"
    rows = [
        event(0, visitor_id="ann", items=json.dumps([{"id": "mug", "brand": "B"}])),
        event(1, visitor_id="ann", items=json.dumps([{"id": "mug", "brand": "B"}])),
        bought(2, mugs, order_id="o1", occurred_at=noon),
        # Reloaded, at that very instant, and delivered again.
        bought(3, mugs, order_id="o1", occurred_at=noon),
        bought(2, mugs, order_id="o1", occurred_at=noon),
        bought(4, mugs, order_id="o1", occurred_at=later, platform="server"),
        bought(5, mugs, order_id=None, occurred_at=later),
        bought(6, [{"id": "mug", "quantity": "some", "price": 5}], order_id="o2"),
        bought(7, mugs, order_id="o3", visitor_id="bot", source_bot_reason="listed"),
        bought(8, "no list", order_id="o4"),
    ]
    columns = ["event_id", "visitor_id", "platform", "occurred_at", "event_name"]
    columns += ["page_url", "order_id", "currency", "items", "source_bot_reason"]
    made = build(
        one_source(write_parquet(tmp_path / "events.parquet", rows), columns),
        select="+mart_product__daily +fct_conversions",
    )
    assert made.is_green, made.said
    bundle = [
        (1, "mug", Decimal(3), Decimal("37.5")),
        (2, "tee", Decimal(1), Decimal(20)),
    ]
    assert made.rows(
        "select event_id, item_number, item_id, quantity, revenue from fct_items"
        " where event_name = 'purchase' order by event_id, item_number"
    ) == [
        *(("e002", *item) for item in bundle),
        *(("e005", *item) for item in bundle),
        ("e006", 1, "mug", None, None),
    ]
    assert made.rows(
        "select item_id, item_brand, item_list, item_views, adds_to_cart, purchases,"
        " purchased_quantity, item_revenue from mart_product__daily order by all"
    ) == [
        ("mug", "(none)", "(none)", 0, 0, 3, Decimal(6), Decimal(75)),
        ("mug", "B", "(none)", 2, 0, 0, Decimal(0), Decimal(0)),
        ("tee", "(none)", "(none)", 0, 0, 2, Decimal(2), Decimal(40)),
    ]
