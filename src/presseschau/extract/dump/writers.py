"""What a program that turned a page into text has left in it, or left out: marks of links, ends of lines."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

# Markdown, as html2text writes it: wrapped within the words of a link and, at a hyphen, within its address.
_ADDRESS = r"\((?:[^()\s]|\([^()\s]*\)|\n[ \t]*(?=[^()\s]))*(?:\s+\"[^\"]*\")?\)"
_IMAGE = re.compile(rf"!\[[^\[\]]*\]{_ADDRESS}")
_LINK = re.compile(rf"\[([^\[\]]*)\]{_ADDRESS}")
# Text browsers number the links of a page in reading order; footnotes are fewer, and are named again.
_NUMBER = re.compile(r"\[(\d{1,4})\]")
_LEAST_NUMBERS, _IN_ORDER = 20, 0.8
# Two blocks with nothing between them: after a sentence, or a capital within a word.
_SENTENCE = re.compile(r"[.!?](?<=[a-zäöüß].)[\"“”«»]?(?=[\"“”„«»]?[A-ZÄÖÜ][a-zäöüß])")
_LABEL = re.compile(
    r"[a-zäöüß](?=[A-ZÄÖÜ][a-zäöüß])(?!Innen?\b)|[:)!?»“”](?<=[a-zäöüß\d].)(?=[A-ZÄÖÜ][a-zäöüß])"
    r"|\d(?=[A-ZÄÖÜ][a-zäöüß]{2})"
)
# What stands before each line: the mark of a quoted mail, a bullet, the number that `cat -n`, `nl` and editors write.
_MARGINS = {">": re.compile(r"[ \t]*> ?")} | {mark: re.compile(rf"[ \t]*[{mark}](?:[ \t]|$)") for mark in "*•-"}
_ROW_NUMBER = re.compile(r"[ \t]*(\d{1,6})(?:[.:)|]?[ \t]|[.:)|]?$)")
_LEAST_ESCAPED, _LEAST_ROWS, _LEAST_NUMBERED, _MOST_ROWS, _MOST_MARKS = 3, 5, 10, 0.95, 5
# Where a sentence or a clock's time ends on a line that holds a whole page, or a marked label begins.
_ABBREVIATED = (
    r"(?<!\b\w)(?<!\b\d\d)(?<!\b(?:Dr|Nr|St|Mr|Co|ca|Jh))(?<!\b(?:bzw|Mio|Mrd|Tel|Str|Abs|Art|vgl|ggf|geb|Chr|Mrs))"
    r"(?<!\bProf)"
)
_BLOCK_END = re.compile(
    rf"(?:(?:[!?…]|{_ABBREVIATED}\.)[\"“”«»')\]]*(?= [\"„“»«(]?[A-ZÄÖÜ\d])|\bUhr(?= [A-ZÄÖÜ„\"])"
    r"|(?= (?:[*+|›•]|#{1,6}) ))[ ]"
)
_HARD_BREAK = re.compile(r"\\(?<!\\\\)[ \t]*$", re.MULTILINE)  # pandoc's `<br>`
_LEAST_SENTENCES = 5
_LEAST_IN_MENUS = 8  # labels in runs of two and more, "StartPolitikSport"; articles that lack ends of lines have 6
_RUN = re.compile(r"\S+")
_NAME = re.compile(r"\w*[a-zäöüß][A-ZÄÖÜ]\w*")
_LONGEST_NAME = 14  # characters
_AROUND = '.,:;!?"„“”()»«'


def without_margin(text: str) -> str:
    r"""The lines without what stands before all of them, or at their ends, and with ends that were escaped.

    >>> without_margin("> Hallo,\n> am Montag\n> ist\n> die Wahl\n> .")
    'Hallo,\nam Montag\nist\ndie Wahl\n.'
    """
    if "\n" not in text.strip() and text.count("\\n") >= _LEAST_ESCAPED:
        text = text.replace("\\r", "").replace("\\t", "\t").replace("\\n", "\n")
    text = _HARD_BREAK.sub("", text)
    rows = text.split("\n")
    starts = [start[0] for row in rows if (start := row.lstrip())]
    most = _MOST_ROWS * max(len(starts), _LEAST_ROWS)
    if mark := next((mark for mark in _MARGINS if starts.count(mark) >= most), None):
        return "\n".join(_without_marks(rows, _MARGINS[mark]))
    return "\n".join(_without_numbers(rows)) if len(list(filter(str.isdecimal, starts))) >= most else text


def _without_marks(rows: list[str], mark: re.Pattern[str]) -> list[str]:
    """The rows without a mark that nearly all of them begin with, as often as they do: mails quote what quotes."""
    for _ in range(_MOST_MARKS):
        filled = [row for row in rows if row.strip()]
        if len([row for row in filled if mark.match(row)]) < _MOST_ROWS * max(len(filled), _LEAST_ROWS):
            break
        rows = [mark.sub("", row, count=1) for row in rows]
    return rows


def _without_numbers(rows: list[str]) -> list[str]:
    """The rows without their numbers, where nearly each has that of the one before plus one."""
    numbers = [int(found[1]) if (found := _ROW_NUMBER.match(row)) else None for row in rows if row.strip()]
    counted = len([b for a, b in pairwise(numbers) if a is not None and b == a + 1])
    if counted < max(_LEAST_NUMBERED, _MOST_ROWS * (len(numbers) - 1)):
        return rows
    return [_ROW_NUMBER.sub("", row, count=1) for row in rows]


def sentences_of(line: str) -> list[str]:
    """The sentences of a whole page on one line; menus stay before the first one, and labels with what follows them.

    >>> sentences_of("Start Sport 5.3., 9:00 Uhr Der Markt wächst am 2. März. Dr. Muster freut das. „Gut!“ Mehr")
    ['Start Sport 5.3., 9:00 Uhr', 'Der Markt wächst am 2. März.', 'Dr. Muster freut das.', '„Gut!“', 'Mehr']
    """
    return _BLOCK_END.sub(lambda end: f"{end[0][:-1]}\n", line).split("\n")


def without_links(text: str) -> str:
    r"""The words of links without their marks, images left out.

    >>> without_links("* [Politik\nheute](https://example.org/politik-\nheute) ![Ein Bild](a.png)")
    '* Politik heute '
    """
    if "](" in text:
        text = _LINK.sub(_words, _IMAGE.sub("", text))
    numbers = [int(number) for number in _NUMBER.findall(text)] if "[1]" in text else []
    counted = len([a for a, b in pairwise(numbers) if b == a + 1])
    if len(numbers) >= _LEAST_NUMBERS and counted >= _IN_ORDER * len(numbers):
        text = _NUMBER.sub("", text)
    return text


def _words(link: re.Match[str]) -> str:
    """Of a link on one line; one around blocks, as a teaser's, leaves them apart."""
    return link[1] if "\n\n" in link[1] else " ".join(link[1].split())


def with_line_ends(text: str) -> str:
    """A line for each block, where a program has written the blocks one behind the other: "… zu Ende.Der Rat …".

    A word with a capital in it that stands there twice is a name ("YouTube").
    """
    if len(_SENTENCE.findall(text)) < _LEAST_SENTENCES:
        return text
    apart = _SENTENCE.sub("\\g<0>\n", text)
    labels = [len(_LABEL.findall(run)) for run in _RUN.findall(apart)]
    if sum([count for count in labels if count > 1]) < _LEAST_IN_MENUS:
        return text
    words = Counter([word for word in _NAME.findall(apart) if len(word) <= _LONGEST_NAME])

    def labels_apart(run: re.Match[str]) -> str:
        return run[0] if words[run[0].strip(_AROUND)] > 1 else _LABEL.sub("\\g<0>\n", run[0])

    return _RUN.sub(labels_apart, apart)
