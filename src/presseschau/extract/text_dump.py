"""The article in a plain-text dump of a whole page, or an article that is already clean."""

from __future__ import annotations

import re

from presseschau.clean import normalise
from presseschau.document import Document
from presseschau.stable import canonical_url, publisher_of

EXTRACTOR = "text_dump 1"
_BULLET = re.compile(r"^(?:[*+•·‣▪–-]|\d{1,2}[.)]) ?(?=\S|$)")


def _line_score(line: str) -> float:
    words = line.split()
    if not words:
        return 0.0
    ends = line.rstrip("»«“”\"')")[-1:] in ".!?:…"
    if len(words) >= 12 and ends:
        return min(len(words), 40) / 10
    if len(words) >= 6 and ends:
        return 0.3
    return -0.7


def extract_text(raw: str, url: str | None = None) -> Document:
    """The article of a page dump."""
    lines = [_BULLET.sub("", line) for line in normalise(raw).split("\n")]
    lines = [line for line in lines if line]
    best, start, total, span = 0.0, 0, 0.0, (0, 0)
    for i, line in enumerate(lines):
        if total <= 0:
            total, start = 0.0, i
        total += _line_score(line)
        if total > best:
            best, span = total, (start, i + 1)
    text = "\n\n".join(lines[span[0] : span[1]])
    canonical = canonical_url(url)
    return Document(text=text, url=canonical, publisher=publisher_of(canonical), path="dump", extractor=EXTRACTOR)
