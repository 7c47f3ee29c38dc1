"""What a URL says, by Python's urllib where that can tell, to hold SQL against it."""

import random
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus, unquote_to_bytes, urlsplit

from simulator.hostile_events import BLANKS

# urlsplit drops these wherever they stand; no text of ours holds the others.
KEPT_APART = {ord(sign): 0xE000 + ord(sign) for sign in "\t\n\r"}
GIVEN_BACK = {value: key for key, value in KEPT_APART.items()}
ENCODED = re.compile("(?:%[0-9a-fA-F]{2})+")
TAGS = ("utm_source", "utm_medium", "utm_campaign")


def ascii_lower(text: str) -> str:
    """In lower case, but for letters that are not ASCII."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def lower(text: str) -> str:
    """In lower case letter by letter, wherever in a word each stands."""
    return "".join({"İ": "i", "ς": "\u03c3"}.get(s, s.lower()) for s in text)


def decoded_run(run: re.Match[str]) -> str:
    """Bytes that are UTF-8 as what they say, others as they are written."""
    written, encoded, text = run[0], unquote_to_bytes(run[0]), ""
    at = 0
    while at < len(encoded):
        try:
            return text + encoded[at:].decode()
        except UnicodeDecodeError as error:
            text += encoded[at : at + error.start].decode()
            text += written[3 * (at + error.start) : 3 * (at + error.end)]
            at += error.end
    return text


def decoded(value: str) -> str:
    """By urllib, where it meets no byte that is not UTF-8."""
    try:
        text = unquote_plus(value, errors="strict")
    except UnicodeDecodeError:
        text = ENCODED.sub(decoded_run, value.replace("+", " "))
    return text.replace("\0", "")


def parameters(url: str) -> Iterator[tuple[str, str]]:
    """Names in lower case and values as written: the query's, then the fragment's."""
    before, _, fragment = url.partition("#")
    query = before.partition("?")[2].replace("&amp;", "&")
    fragment = fragment.lstrip("!/").replace("&amp;", "&").replace("?", "&")
    for pair in (*query.split("&"), *fragment.split("&")):
        name, is_pair, value = pair.partition("=")
        if is_pair:
            yield ascii_lower(re.sub("%5[fF]", "_", name)), value


def tag(url: str, name: str) -> str | None:
    """The first value of a name, decoded, without outer blanks; None for nothing."""
    found = next((value for each, value in parameters(url) if each == name), "")
    return decoded(found).strip(BLANKS) or None


def authority_and_path(url: str) -> tuple[str | None, str]:
    """None for an authority that is not there."""
    has_authority = re.match("(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*)", url)
    if not has_authority:
        return None, re.split("[?#]", url)[0]
    by_hand = (has_authority[1], re.split("[?#]", url[has_authority.end() :])[0])
    try:
        split = urlsplit(url.translate(KEPT_APART))
    except ValueError:  # brackets, or signs that look like a slash
        return by_hand
    by_urllib = (split.netloc.translate(GIVEN_BACK), split.path.translate(GIVEN_BACK))
    assert by_urllib == by_hand, url
    return by_hand


def host(url: str) -> str | None:
    """In lower case, without user, port and the point of the root."""
    authority = (authority_and_path(url)[0] or "").rpartition("@")[2]
    if authority.startswith("["):
        name = "".join(authority.partition("]")[:2])
    else:
        name = authority.partition(":")[0]
    return lower(name).rstrip(".") or None


def path(url: str) -> str | None:
    """None where the text names neither a host nor a path."""
    authority, found = authority_and_path(url)
    if authority is not None:
        return found or "/"
    return found if found.startswith("/") else None


ATOMS = [
    "a",
    "Z",
    "0",
    "5",
    "2",
    "%",
    "%%",
    "%zz",
    "%2",
    "%25",
    "%2B",
    "%2b",
    "+",
    "%20",
    "%C3%A4",
    "%c3%a4",
    "%C3",
    "%A4",
    "%E9",
    "%E2%82%AC",
    "%E2%82",
    "%F0%9F%98%80",
    "%F0%9F%98",
    "%F0%8F%80%80",
    "%F4%90%80%80",
    "%F4%8F%BF%BF",
    "%ED%A0%80",
    "%ED%9F%BF",
    "%C0%80",
    "%C1%BF",
    "%E0%80%80",
    "%E0%A0%80",
    "%EF%BF%BD",
    "%EF%BF%BF",
    "%F5",
    "%FF",
    "%00",
    "%0A",
    "%7F",
    "%80",
    "%C2%A0",
    "%u00e4",
    "ä",
    "😀",
    "\u017f",
    "K",
    "İ",
    "Σ",
    "=",
    ";",
    "&amp;",
    "&",
    "#",
    "?",
    "/",
    ":",
    "@",
    "[",
    "]",
    ".",
    "..",
    '"',
    "'",
    "\\",
    "$1",
    "\\1",
    "{",
    "|",
    "%+1",
    "%-1",
]
ATOMS += [
    " ",
    "\n",
    "\t",
    "\r",
    "\x85",
    "\x01",
    "\u2028",
    "\u00a0",
    "e\u0301",
    "google",
]
NAMES = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "UTM_Source",
    "utm%5Fsource",
    "utm%5fmedium",
    "utm_\u017fource",
    "amp;utm_source",
    "xutm_source",
    "utm_sourcex",
    "utm_Campaign",
    "a",
]
AUTHORITIES = [
    "h",
    "Shop.Example",
    "shop.example.",
    "u:p@H.example:80",
    "a@b@C:1",
    "[::1]",
    "[2001:DB8::A]:443",
    "[::1",
    "xn--mnchen-3ya.de",
    "MÜNCHEN.de",
    "İstanbul.Σ",
    ":80",
    ".",
    "%41.example",
    "",
    "a b",
]
STARTS = ["https://", "http://", "//", "HTTP://", "android-app://", "", "/", "1a://"]
STARTS += ["mailto:", "x:/"]


def drawn_url(dice: random.Random) -> str:
    """A URL as nobody should write one."""

    def text(longest: int) -> str:
        return "".join(
            dice.choice(ATOMS) if dice.random() < 0.9 else f"%{dice.randrange(256):02X}"
            for _ in range(dice.randrange(longest))
        )

    url = dice.choice(STARTS) + dice.choice(AUTHORITIES)
    url += dice.choice(["", "/", "/a%2Fb", "/" + text(4)])
    for mark in "?#" if dice.random() < 0.4 else dice.choice("?#"):
        url += mark + dice.choice(["", "", "/r?", text(3)])
        url += dice.choice(["&", "&amp;", "&", "?", ";"]).join(
            dice.choice(NAMES) + dice.choice(["=", "=", "=", ""]) + text(8)
            for _ in range(dice.randrange(4))
        )
    return url
