"""Weighted lexicons: thousands of terms found in one pass over folded text, with word boundaries that fit German.

A lexicon is a YAML file of groups. Each group has a label, a weight, a reason, and terms separated by commas:

    groups:
      - label: ai
        name: assistants
        weight: 3
        why: named only where artificial intelligence is the matter
        terms: |
          ChatGPT, =KI, Sprachmodell*, *chatbot~, neuronale Netze @1.5

`term` is a whole word (a hyphen ends a word, so `KI` is found in "KI-Chip"), `term~` also takes a German inflection
ending, `term*` is open at its end (compounds and any inflection), `*term` is open at its start, `=Term` must be written
with exactly these capitals, and `@1.5` is the term's own weight. A term of weight 0 masks: the longest match wins, so a
masked "Apfel-Apple-Pie" never counts as the company.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ahocorasick
import yaml

# What may follow the stem of an inflected term; then the word must be over.
_ENDING = re.compile(
    r"(?:e|en|em|er|es|n|s|ns|ens|ern|se|sen|ses|in|innen|ne|nen|nes|ner|nem"
    r"|ere|erer|eren|eres|erem|st|ste|sten|ster|stes)(?![^\W_])"
)
_EXPANDED = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ẞ": "SS",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
    "…": "...",
}
_DELETED = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_ONE_FOR_ONE = dict(
    zip(
        "áàâãåçéèêëíìîïñóòôõøúùûýÿÁÀÂÃÅÇÉÈÊËÍÌÎÏİÑÓÒÔÕØÚÙÛÝšŠžŽčČćĆğĞşŞıłŁ’‘‚‛´`‐‑‒–—−",
        "aaaaaceeeeiiiinooooouuuyyAAAAACEEEEIIIIINOOOOOUUUYsSzZcCcCgGsSilL''''''------",
        strict=True,
    )
)
_FOREIGN = re.compile(f"[{''.join(_ONE_FOR_ONE)}]")
_CHANGES_LENGTH = re.compile(f"[{''.join(_EXPANDED)}{_DELETED}]|\\s{{2,}}|[^\\S ]")
_TERM = re.compile(r"(?P<case>=?)(?P<start>\*?)(?P<text>[^*~@]+?)(?P<end>[*~]?)(?:\s*@(?P<weight>-?\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Folded:
    """Text as lexicons see it: one space between words, ä → ae, ß → ss, accents gone, dashes and apostrophes alike.

    Attributes:
        lower: Folded text in lower case.
        cased: Folded text with its capitals, of the same length.
        breaks: Positions in `lower` after which the distance to the source changes, rising.
        shifts: Distance to the source from each of those positions on.
    """

    lower: str
    cased: str
    breaks: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def offset(self, position: int) -> int:
        """Code-point offset in the source text of a position in the folded text.

        >>> folded = fold("Größe  zählt")
        >>> folded.lower, folded.offset(folded.lower.index("zaehlt"))
        ('groesse zaehlt', 7)
        """
        after = bisect_right(self.breaks, position)
        offset = position + (self.shifts[after - 1] if after else 0)
        if after < len(self.breaks):  # inside an expanded letter: no further than where the next one starts
            return min(offset, self.breaks[after] + self.shifts[after])
        return offset


def _replacement(found: str) -> str:
    return " " if found.isspace() else _EXPANDED.get(found, "")


def fold(text: str) -> Folded:
    """Fold a text for matching; positions stay traceable to the source.

    >>> fold("Künstliche Intelligenz – heißt's").lower
    "kuenstliche intelligenz - heisst's"
    """
    parts: list[str] = []
    breaks: list[int] = []
    shifts: list[int] = []
    last = length = 0
    for match in _CHANGES_LENGTH.finditer(text):
        start, end = match.span()
        new = _replacement(match.group())
        parts += (text[last:start], new)
        length += start - last + len(new)
        if len(new) != end - start:
            breaks.append(length)
            shifts.append(end - length)
        last = end
    parts.append(text[last:])
    cased = "".join(parts)
    if (
        not cased.isascii()
    ):  # a few kinds of quotes and accents: replacing each is ten times faster than translating all
        for found in sorted(set(_FOREIGN.findall(cased))):
            cased = cased.replace(found, _ONE_FOR_ONE[found])
    lower = cased.lower()
    if len(lower) != len(cased):  # a rare script whose lower case is longer: letter by letter keeps the positions
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in cased)
    return Folded(lower, cased, tuple(breaks), tuple(shifts))


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a lexicon.

    Attributes:
        text: As written in the lexicon, without flags.
        label: What it speaks for.
        weight: How strongly, 0 masks.
        group: Name of its group.
        why: The group's reason.
        open_start: May be the end of a compound.
        open_end: May be the start of a compound.
        inflected: May carry an inflection ending.
        cased: Must be written with exactly these capitals.
    """

    text: str
    label: str
    weight: float = 1.0
    group: str = ""
    why: str = ""
    open_start: bool = False
    open_end: bool = False
    inflected: bool = False
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A term found in a folded text: `folded.lower[start:end]`, inflection and open ends not included."""

    start: int
    end: int
    term: Term


def parse_term(written: str, label: str, weight: float = 1.0, group: str = "", why: str = "") -> Term:
    """A term from its notation.

    Raises:
        ValueError: The notation is broken.

    >>> parse_term("=KI", "ai").cased, parse_term("*speicher~ @2", "energy").weight
    (True, 2.0)
    """
    match = _TERM.fullmatch(written.strip())
    if not match:
        raise ValueError(f"lexicon: term {written.strip()!r} of {label!r} is not written as [=][*]term[*|~][@weight]")
    return Term(
        text=" ".join(match["text"].split()),
        label=label,
        weight=float(match["weight"]) if match["weight"] else weight,
        group=group,
        why=why,
        open_start=bool(match["start"]),
        open_end=match["end"] == "*",
        inflected=match["end"] == "~",
        cased=bool(match["case"]),
    )


class Lexicon:
    """Terms compiled into one automaton; immutable after construction and safe to share.

    Args:
        terms: The entries; one text may speak for several labels.
        version: Version of the file they come from.
    """

    __slots__ = ("_automaton", "terms", "version")

    def __init__(self, terms: Iterable[Term], version: str = "0") -> None:
        self.terms = tuple(terms)
        self.version = version
        entries: dict[str, list[tuple[Term, str]]] = {}
        for term in self.terms:
            folded = fold(term.text)
            entries.setdefault(folded.lower, []).append((term, folded.cased if term.cased else ""))
        self._automaton = ahocorasick.Automaton()
        for text, found in entries.items():
            free_start = any(t.open_start for t, _ in found)
            free_end = any(t.open_end or t.inflected for t, _ in found)
            self._automaton.add_word(text, (len(text), free_start, free_end, tuple(found)))
        if entries:
            self._automaton.make_automaton()

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that terms speak for, in order of first appearance."""
        return tuple(dict.fromkeys(t.label for t in self.terms))

    def _candidates(self, folded: Folded) -> Iterator[tuple[int, int, tuple[Term, ...]]]:
        lower, cased, size = folded.lower, folded.cased, len(folded.lower)
        for last, (length, free_start, free_end, entries) in self._automaton.iter(lower):
            end = last + 1
            start = end - length
            at_start = start == 0 or not lower[start - 1].isalnum() or not lower[start].isalnum()
            if not (at_start or free_start):
                continue
            at_end = end == size or not lower[end].isalnum() or not lower[last].isalnum()
            if not (at_end or free_end):
                continue
            inflected = at_end or _ENDING.match(lower, end) is not None
            fits = tuple(
                term
                for term, exact in entries
                if (at_start or term.open_start)
                and (at_end or term.open_end or (term.inflected and inflected))
                and (not exact or cased[start:end] == exact)
            )
            if fits:
                yield start, end, _heaviest(fits)

    def find(self, folded: Folded) -> list[Match]:
        """Matches in reading order, none overlapping another: the longest wins, then the earliest.

        A text that speaks for several labels gives one match per label at the same place.

        >>> terms = parse_term("Chip*", "hardware"), parse_term("=KI-Chip", "ai"), parse_term("*speicher", "energy")
        >>> lexicon = Lexicon(terms)
        >>> [(m.term.label, m.start) for m in lexicon.find(fold("Ein KI-Chip, Chips und Heimspeicher"))]
        [('ai', 4), ('hardware', 13), ('energy', 27)]
        """
        if not self.terms:
            return []
        return [Match(start, end, term) for start, end, terms in _longest(self._candidates(folded)) for term in terms]


def _heaviest(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """One term per label: `App` and `*app` at the same place are one piece of evidence."""
    if len(terms) == 1:
        return terms
    best: dict[str, Term] = {}
    for term in terms:
        if term.label not in best or term.weight > best[term.label].weight:
            best[term.label] = term
    return tuple(best.values())


def _longest(candidates: Iterable[tuple[int, int, tuple[Term, ...]]]) -> list[tuple[int, int, tuple[Term, ...]]]:
    """Candidates without those that a longer (then earlier) one overlaps, in reading order."""
    kept: list[tuple[int, int, tuple[Term, ...]]] = []
    for candidate in candidates:  # they come by rising end, so only the last ones kept can overlap
        start, end, _ = candidate
        first = len(kept)
        while first and kept[first - 1][1] > start:
            first -= 1
        if all(k[1] - k[0] < end - start for k in kept[first:]):
            kept[first:] = [candidate]
    return kept


def read_lexicon(data: Any, origin: str) -> Lexicon:
    """A lexicon from parsed YAML.

    Args:
        data: The mapping with `version` and `groups`.
        origin: What to call it in messages.

    Raises:
        ValueError: A group lacks its label or its terms, or a term's notation is broken.
    """
    if not isinstance(data, dict) or not isinstance(data.get("groups"), list):
        raise ValueError(f"lexicon {origin}: needs a list of `groups`")
    terms: list[Term] = []
    for group in data["groups"]:
        if not isinstance(group, dict) or not group.get("label") or "terms" not in group:
            raise ValueError(f"lexicon {origin}: every group needs `label` and `terms`, got {group!r:.80}")
        written = group["terms"]
        pieces = written.replace("\n", ",").split(",") if isinstance(written, str) else [str(w) for w in written]
        terms += (
            parse_term(
                piece,
                str(group["label"]),
                float(group.get("weight", 1)),
                str(group.get("name", "")),
                str(group.get("why", "")),
            )
            for piece in pieces
            if piece.strip()
        )
    return Lexicon(terms, str(data.get("version", "0")))


def read_yaml(path: Path) -> Any:
    """Parsed YAML of a file, by the C loader where it is there.

    Raises:
        ValueError: The file can't be read or is not YAML.
    """
    try:
        return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 both are safe loaders
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())}") from None


@cache
def load_lexicon(path: Path) -> Lexicon:
    """The lexicon of a YAML file, compiled once per process.

    Raises:
        ValueError: The file can't be read or is no lexicon.
    """
    return read_lexicon(read_yaml(path), path.name)
