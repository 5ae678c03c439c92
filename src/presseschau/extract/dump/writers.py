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
_LEAST_SENTENCES = 5
_LEAST_IN_MENUS = 8  # labels in runs of two and more, "StartPolitikSport"; articles that lack ends of lines have 6
_RUN = re.compile(r"\S+")
_NAME = re.compile(r"\w*[a-zäöüß][A-ZÄÖÜ]\w*")
_LONGEST_NAME = 14  # characters
_AROUND = '.,:;!?"„“”()»«'


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
