"""An article read once for all labelling functions: folded, cut into zones, its lexicon terms weighed per zone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from presseschau.document import Document
from presseschau.label.folding import Folded, fold, fold_line
from presseschau.label.lexicon import Place, Scanner

Zone: TypeAlias = Literal["title", "lead", "body", "keywords"]
ZONES: tuple[Zone, ...] = ("title", "lead", "body", "keywords")
TITLE, LEAD = 500, 450  # characters: what a reader takes in before deciding
BODY = 4500  # characters beyond which only background follows
_REPEAT = 0.35  # what a term's repeats add, by the logarithm of their number
_NORM = 2.0  # terms add up as a p-norm: a second brand name says less than the first
_BODY_WORDS = 350.0  # a body longer than this is weighed by density, so that background can't outvote the title
_SEGMENT = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_QUOTE = re.compile(r"[„“\"»«][^„“”\"»«]{2,600}[“”\"»«]")
_MAX_SEGMENT = 40  # longer path parts are the slug of a headline, not a section


class Evidence(NamedTuple):
    """What a zone holds for one class: weight of its distinct terms, and the terms as the lexicon writes them."""

    weight: float
    terms: tuple[str, ...]


Zones: TypeAlias = Mapping[Zone, Mapping[str, Evidence]]  # what a lexicon's terms say, per zone and label


def _evidence(found: Sequence[Place], factor: float) -> dict[str, Evidence]:
    if not found:
        return {}
    counts: dict[tuple[str, str, float], int] = {}
    for _, _, matched in found:
        for term in matched:
            if term.weight:
                entry = (term.label, term.text, term.weight)
                counts[entry] = counts.get(entry, 0) + 1
    powers: dict[str, float] = {}
    terms: dict[str, list[str]] = {}
    for (label, text, weight), count in counts.items():
        powers[label] = powers.get(label, 0.0) + (weight * (1 + _REPEAT * math.log(count))) ** _NORM
        terms.setdefault(label, []).append(text)
    return {label: Evidence(factor * powers[label] ** (1 / _NORM), tuple(terms[label])) for label in powers}


@dataclass(frozen=True)
class Reading:
    """One article as labelling functions see it.

    Attributes:
        document: The article.
        title: Its headline, folded.
        text: The first part of its text, folded; the teaser first where the text does not hold it.
        length: Characters of the whole text, white space counted once.
    """

    document: Document
    title: Folded
    text: Folded
    length: int

    @cached_property
    def lead_end(self) -> int:
        """Where the lead ends in `text`: the end of the word that the limit falls into."""
        space = self.text.lower.find(" ", LEAD)
        return len(self.text.lower) if space < 0 else space

    @cached_property
    def lead(self) -> str:
        """The lead, folded, lower case."""
        return self.text.lower[: self.lead_end]

    @cached_property
    def own(self) -> str:
        """The text without what stands in quotation marks, folded, capitals kept."""
        return _QUOTE.sub(" ", self.text.cased)

    @cached_property
    def keywords(self) -> Folded:
        """The page's keywords, folded."""
        return fold(", ".join(self.document.keywords))

    @cached_property
    def words(self) -> int:
        """Number of words of the text read."""
        return self.text.lower.count(" ") + 1 if self.text.lower else 0

    @cached_property
    def host(self) -> str:
        """Host of the URL, "" where there is none."""
        return _split(self.document.url)[0]

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """Section as stated, then subdomain and folders of the URL, folded; the slug of the headline left out."""
        stated = re.split(r"\s*[/|>»,·]\s*|\s+-\s+", fold(self.document.section or "").lower)
        return tuple(dict.fromkeys(s for s in (*stated, *_url_parts(self.document.url)) if s))

    def evidence(self, scanner: Scanner) -> list[Zones]:
        """Weighted terms of each lexicon of the scanner, per zone and label."""
        density, lead_end = min(1.0, _BODY_WORDS / max(1.0, self.words)), self.lead_end
        zones: list[Zones] = []
        for title, text, keywords in zip(*map(scanner.scan, (self.title, self.text, self.keywords)), strict=True):
            lead = sum(start < lead_end for _, start, _ in text)
            zones.append(
                {
                    "title": _evidence(title, 1.0),
                    "lead": _evidence(text[:lead], 1.0),
                    "body": _evidence(text[lead:], density),
                    "keywords": _evidence(keywords, 1.0),
                }
            )
        return zones


def _split(url: str | None) -> tuple[str, str]:
    try:
        parts = urlsplit(url or "")
        return parts.hostname or "", parts.path
    except ValueError:  # not a URL, such as an unclosed [ in the host
        return "", ""


def _url_parts(url: str | None) -> list[str]:
    host, path = _split(url)
    folders = [p for p in unquote(path).lower().split("/")[:-1] if len(p) <= _MAX_SEGMENT]
    return [p for p in (*host.split(".")[:-2], *folders) if p != "www" and _SEGMENT.fullmatch(p)]


def read(document: Document) -> Reading:
    """Read an article for labelling.

    >>> read(Document(text="Ein Text.", title="Über Größe", url="https://www.a.de/digital/x.html")).sections
    ('digital',)
    """
    text, teaser = " ".join(document.text.split()), " ".join((document.teaser or "").split())
    if teaser and teaser[:60] not in text[: len(teaser) + 200]:
        text = f"{teaser} {text}"
    length = len(text)
    if length > BODY:
        end = text.find(" ", BODY)
        text = text[:end] if 0 <= end < BODY + 100 else text[:BODY]
    title = " ".join((document.title or "").split())[:TITLE]
    return Reading(document, fold_line(title), fold_line(text), length)
