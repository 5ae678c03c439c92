"""A plain-text dump as blocks: a paragraph, heading, list item or label each, whatever wrote the dump.

Dumps put one block on a line, wrap paragraphs at a width, mark lists and headings with signs, or break a paragraph at
every link. All of that is undone here, so that what follows sees one block for one block of the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from presseschau.clean import normalise_characters
from presseschau.extract.dump.writers import sentences_of, with_line_ends, without_links, without_margin

_REPEAT_CHARS, _REPEAT_LINES = 40, 6
_WHOLE_PAGE, _WHOLE_SHARE = 1_500, 0.9  # characters on one line; of all
# Words in a row, and how many of them may be in small letters: the menus of 69 pages have 0 to 3, of 3,983 articles one
# in two hundred has as few.
_MENU_WORDS, _MENU_SMALL = 30, 3
_NARROWEST, _WIDEST = 60, 120  # nobody wraps narrower or wider
_BULLET = re.compile(r"(?:[*+•·‣▪●○◦–—-]|o(?=\s[A-ZÄÖÜ]))(?:\s+|$)")
_MARKS = frozenset("*+•·‣▪●○◦–—-o#")  # what a bullet or a heading may start with
_NUMBER = re.compile(r"\d{1,2}\\?[.)]\s")  # stays: "1. FC Beispiel" is no list item
_HEADING = re.compile(r"#{1,6}\s+")
_RULE = re.compile(r"[\W_]*")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!>-])")
_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_RAGGED_SHARE = 0.3  # of neighbouring lines: wrapped articles have 0.3 to 0.7, pages broken at links less
_PROSE_CHARS = 40  # a shorter line before a capital may be a subhead
_TERMINALS = tuple(".!?…:;")
_LAST_BRACKET = re.compile(r"\s*[(\[][^()\[\]]{1,40}[)\]]$")
_CLOSING = "\"'»«“”‘’›‹)]"
# Where a word was broken at the end of a line: a soft hyphen, the sign that some programs write for it, a hyphen.
_SOFT_BREAK = re.compile(r"[\u00ad¬][ \t]*\r?\n[ \t]*(?=[^\W\d_])")
_BROKEN = re.compile(r"([^\W_]+)-$")
_GOES_ON = frozenset(  # "Bau- und Wegerecht"
    ["und", "oder", "bzw.", "beziehungsweise", "sowie", "bis", "als", "noch", "wie", "statt", "aber"]
)
_BROKEN_SENTENCES = 8
_BROKEN_ROWS, _BROKEN_SHARE = 2, 0.04  # of the lines; wraps at a hyphen of the word itself are one in some hundred
# A line that ends in one of these goes on in the next one: articles, prepositions, conjunctions.
_OPEN_WORDS = """
    der die das den dem des ein eine einen einem einer eines und oder in im an am auf aus bei beim mit nach seit von
    vom vor zu zum zur über unter zwischen neben durch für gegen ohne um bis wegen dass als wie the of and to a for
    on with by from
"""
_OPEN_END = frozenset(_OPEN_WORDS.split())

# What press databases put below an article: whose it is, and on which page it stood.
_RIGHTS = re.compile(
    r"©|\(c\)\s*(?:\d{4}\b|[^.!?]*\Z)|copyright\s*(?:©|\(c\)|:|by\b|\d{4}\b)|(?:\(c\).*)?(?:alle\srechte\svorb|all\srights\sres)",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(?:Seiten?|S\.) ?[A-Z]?\d{1,3}(?: ?[-–,/] ?[A-Z]?\d{1,3})*\Z", re.ASCII)
_LONGEST_RIGHTS = 200


class Line(NamedTuple):
    """One block of a dump.

    Attributes:
        text: Its text on one line, without list or heading marks.
        bullet: It was marked as a list item.
        heading: It was marked as a heading.
        gap: A blank line stood before it.
        run: It stood behind the one before, on a line that holds the whole page.
    """

    text: str
    bullet: bool = False
    heading: bool = False
    gap: bool = False
    run: bool = False


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, closing quotes and a last bracket ("(dpa)") aside."""
    if text.rstrip(_CLOSING + " ")[-1:] in _TERMINALS:
        return True
    return text[-1:] in ")]" and _LAST_BRACKET.sub("", text).rstrip(_CLOSING + " ")[-1:] in _TERMINALS


def lines_of(raw: str) -> list[Line]:
    """The blocks of a dump in reading order."""
    text = without_margin(normalise_characters(_SOFT_BREAK.sub("", raw)))
    rows = _single_spaced(with_line_ends(without_links(text)).split("\n"))
    filled = [row for row in rows if row.strip()]
    whole = max(filled, key=len, default="")
    if len(whole) >= max(_WHOLE_PAGE, _WHOLE_SHARE * sum(map(len, filled))) and _has_menu(whole):
        return _lines_of_sentences(filled, whole)
    width = _wrap_width(rows)
    ragged = _is_ragged(rows)
    hyphenated = _is_hyphenated(rows)
    blocks: list[Line] = []
    gap, last_raw = True, ""
    for row in rows:
        text = " ".join(row.split())
        if not text or not (text[0].isalnum() or _RULE.fullmatch(text) is None):
            gap = gap or not text or len(text) > 2
            continue
        line = _marked(text, gap)
        if line is None:
            continue
        if (
            blocks
            and not line.bullet
            and not line.heading
            and not gap
            and _continues(blocks[-1], line.text, last_raw, width, ragged)
        ):
            blocks[-1] = blocks[-1]._replace(text=_joined(blocks[-1].text, line.text, hyphenated))
        else:
            blocks.append(line)
        gap, last_raw = False, row.rstrip()
    return blocks


def _has_menu(line: str) -> bool:
    """Whether a menu stands somewhere in a line: hardly a word of many begins with a small letter."""
    small = list(accumulate([word[0].islower() for word in line.split()], initial=0))
    return any(b - a <= _MENU_SMALL for a, b in zip(small, small[_MENU_WORDS:], strict=False))


def _lines_of_sentences(rows: Sequence[str], whole: str) -> list[Line]:
    """The rows, the sentences of the one that holds the whole page apart."""
    lines: list[Line] = []
    for row in rows:
        text = " ".join(row.split())
        pieces = sentences_of(text) if row is whole else [text]
        lines += [line._replace(run=i > 0) for i, piece in enumerate(pieces) if (line := _marked(piece, i == 0))]
    return lines


def without_near_repeats(lines: Sequence[Line]) -> list[Line]:
    """Sentences that stand again a few lines below once only: pages print a lead twice."""
    last: dict[str, int] = {}
    again = set()
    for i, line in enumerate(lines):
        if len(line.text) >= _REPEAT_CHARS and ends_sentence(line.text):
            if i - last.get(line.text, -_REPEAT_LINES - 1) <= _REPEAT_LINES:
                again.add(last[line.text])
            last[line.text] = i
    return [line for i, line in enumerate(lines) if i not in again]


def without_rights(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines of an article without those at its end that name its owner and the page that it was printed on."""
    end = len(lines)
    while end > 1 and _is_rights(lines[end - 1].text):
        end -= 1
    return lines[:end]


def _is_rights(text: str) -> bool:
    return len(text) <= _LONGEST_RIGHTS and (_RIGHTS.match(text) or _PAGE.match(text)) is not None


def _marked(text: str, gap: bool) -> Line | None:
    """The block on a line, its marks read and taken off."""
    bullet = heading = False
    while text[:1] in _MARKS:
        if match := _BULLET.match(text):
            bullet = True
        elif match := _HEADING.match(text):
            heading = True
        else:
            break
        text = text[match.end() :]
    text = text.removeprefix("> ")
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    if "**" in text or "__" in text:
        text = _EMPHASIS.sub(r"\2", text)
    text = text.strip()
    return (
        Line(text, bullet or (text[0].isdecimal() and _NUMBER.match(text) is not None), heading, gap) if text else None
    )


def _single_spaced(rows: Sequence[str]) -> Sequence[str]:
    """The rows without the blank one behind each, where sentences go on behind it: double spacing, ends of lines."""
    filled = [i for i, row in enumerate(rows) if row.strip()]
    gaps = [b - a - 1 for a, b in pairwise(filled)]
    if not gaps or not all(gaps):
        return rows
    doubled = all(gap % 2 for gap in gaps)
    single = [rows[filled[0]]]
    for at, gap in zip(filled[1:], gaps, strict=True):
        single += [""] * (gap // 2 if doubled else gap - 1)
        single.append(rows[at])
    return single if _is_ragged(single) or _broken(single) >= _BROKEN_SENTENCES else rows


def _broken(rows: Sequence[str]) -> int:
    """How many sentences go on behind the end of a long line."""
    pairs = pairwise([row.strip() for row in rows])
    return len([a for a, b in pairs if len(a) >= _PROSE_CHARS and b[:1].islower() and not ends_sentence(a)])


def _wrap_width(rows: Sequence[str]) -> int:
    """The width that a dump's lines are wrapped at, 0 where they are not: many lines end just below it, few beyond.

    Addresses are as long as they are.
    """
    lengths = Counter([len(row.rstrip()) for row in rows if "://" not in row])
    mass = sum(length * n for length, n in lengths.items())
    beyond = sum(length * n for length, n in lengths.items() if length > _WIDEST)
    best, width = 0, 0
    for candidate in range(_WIDEST, _NARROWEST - 1, -1):
        below = sum(lengths[n] for n in range(candidate - 9, candidate + 1))
        if beyond > mass * 0.15:
            break
        if lengths[candidate] and below >= 4 and below > best:
            best, width = below, candidate
        beyond += lengths[candidate] * candidate
    return width


def _is_ragged(rows: Sequence[str]) -> bool:
    """Whether lines are broken within sentences, at no fixed width: what an editor's source or a mail leaves behind."""
    pairs = [
        (a, b)
        for a, b in pairwise([row.strip() for row in rows])
        if a and b and not (b[0] in _MARKS and _BULLET.match(b))
    ]
    broken = len([a for a, b in pairs if b[0].islower() and not ends_sentence(a)])
    return broken >= 3 and broken >= _RAGGED_SHARE * len(pairs)


def _is_hyphenated(rows: Sequence[str]) -> bool:
    """Whether words are broken at the ends of lines, as in print: what programs read out of a PDF."""
    filled = [text for row in rows if (text := row.strip())]
    broken = [b for a, b in pairwise(filled) if _BROKEN.search(a) and b[0].islower() and not _goes_on(b)]
    return len(broken) >= max(_BROKEN_ROWS, _BROKEN_SHARE * len(filled))


def _goes_on(text: str) -> bool:
    return text.split(" ", 1)[0] in _GOES_ON


def _is_drop_cap(before: str, text: str) -> bool:
    return len(before) == 1 and before.isupper() and text[0].islower()


def _joined(before: str, text: str, hyphenated: bool) -> str:
    """A block and the line that goes on with it; a word that was broken between them is whole again."""
    if _is_drop_cap(before, text):
        return before + text
    broken = _BROKEN.search(before)
    if broken and text[0].isalpha() and not _goes_on(text):
        part = broken[1]
        # "EU-weit", "CO2-arm" and "Nordrhein-Westfalen" have a hyphen of their own.
        own = not text[0].islower() or part[-1].isdecimal() or (len(part) > 1 and part.isupper())
        return before[:-1] + text if hyphenated and not own else before + text
    return f"{before}{'' if text[0] in ',.;:!?)]…' else ' '}{text}"


def _continues(before: Line, text: str, last_raw: str, width: int, ragged: bool) -> bool:
    """Whether a line goes on with the block before it, no blank line between them."""
    if text[0] in ",.;:!?)]" and not text.startswith("..."):
        return not before.heading
    if text[0].islower() and _BROKEN.search(before.text):
        return not before.heading
    if width and len(last_raw) + 1 + len(text.split(" ", 1)[0]) > width:
        return True
    if before.bullet or ends_sentence(before.text):
        return False
    if _is_drop_cap(before.text, text):
        return True
    last_word = before.text.rsplit(" ", 1)[-1]
    if last_word in _OPEN_END or before.text.endswith(","):
        return " " in before.text
    if ragged and (text[0].islower() or _BROKEN.search(before.text) or len(before.text) >= _PROSE_CHARS):
        return " " in before.text
    return text[0].islower() and before.text.count(" ") >= 3
