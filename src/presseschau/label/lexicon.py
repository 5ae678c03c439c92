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

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import ahocorasick

from presseschau.label.folding import Folded, fold
from presseschau.label.yaml_file import listed, read_yaml

# What may follow the stem of an inflected term; then the word must be over.
_ENDING = re.compile(
    r"(?:e|en|em|er|es|n|s|ns|ens|ern|se|sen|ses|in|innen|ne|nen|nes|ner|nem"
    r"|ere|erer|eren|eres|erem|st|ste|sten|ster|stes)(?![^\W_])"
)
_TERM = re.compile(r"(?P<case>=?)(?P<start>\*?)(?P<text>[^*~@]+?)(?P<end>[*~]?)(?:\s*@(?P<weight>-?\d+(?:\.\d+)?))?")


class Term(NamedTuple):
    """One entry of a lexicon.

    Attributes:
        text: As written in the lexicon, without flags.
        label: What it speaks for.
        weight: How strongly, 0 masks.
        open_start: May be the end of a compound.
        open_end: May be the start of a compound.
        inflected: May carry an inflection ending.
        cased: Must be written with exactly these capitals.
    """

    text: str
    label: str
    weight: float = 1.0
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


def parse_term(written: str, label: str, weight: float = 1.0) -> Term:
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
        open_start=bool(match["start"]),
        open_end=match["end"] == "*",
        inflected=match["end"] == "~",
        cased=bool(match["case"]),
    )


class Lexicon:
    """Weighted terms; immutable after construction and safe to share.

    Args:
        terms: The entries; one text may speak for several labels.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that terms speak for, in order of first appearance."""
        return tuple(dict.fromkeys(t.label for t in self.terms))

    @cached_property
    def _scanner(self) -> Scanner:
        return Scanner([self])

    def find(self, folded: Folded) -> list[Match]:
        """Matches in reading order, none overlapping another: the longest wins, then the earliest.

        A text that speaks for several labels gives one match per label at the same place.

        >>> terms = parse_term("Chip*", "hardware"), parse_term("=KI-Chip", "ai"), parse_term("*speicher", "energy")
        >>> lexicon = Lexicon(terms)
        >>> [(m.term.label, m.start) for m in lexicon.find(fold("Ein KI-Chip, Chips und Heimspeicher"))]
        [('ai', 4), ('hardware', 13), ('energy', 27)]
        """
        (found,) = self._scanner.scan(folded)
        return [Match(start, end, term) for end, start, terms in found for term in terms]


Place: TypeAlias = tuple[int, int, tuple[Term, ...]]  # end and start in the folded text, terms


class Scanner:
    """Lexicons compiled into one automaton: one pass over a text finds the terms of each."""

    __slots__ = ("_automaton", "_lexicons")

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._lexicons = len(lexicons)
        patterns: dict[str, list[tuple[int, _Text]]] = {}
        for number, lexicon in enumerate(lexicons):
            texts: dict[str, list[tuple[Term, str]]] = {}
            for term in lexicon.terms:
                folded = fold(term.text)
                texts.setdefault(folded.lower, []).append((term, folded.cased if term.cased else ""))
            for lower, entries in texts.items():
                pattern, text = _compiled(lower, entries)
                patterns.setdefault(pattern, []).append((number, text))
        self._automaton = ahocorasick.Automaton()
        for pattern, found in patterns.items():
            self._automaton.add_word(pattern, tuple(found))
        if patterns:
            self._automaton.make_automaton()

    def scan(self, folded: Folded) -> list[list[Place]]:
        """Where each lexicon has its terms, as `Lexicon.find` gives them, one entry for each place."""
        found: list[list[Place]] = [[] for _ in range(self._lexicons)]
        lower = folded.lower
        if not lower or not self._automaton:
            return found
        for last, texts in self._automaton.iter(folded.spaced):
            for number, (length, tail, exact, plain, entries) in texts:
                end = last - tail
                start = end - length
                if exact and lower[start:end] != exact:
                    continue
                if terms := plain or _fitting(entries, folded, start, end):
                    found[number].append((end, start, terms))
        return [_longest(places) for places in found]


class _Text(NamedTuple):
    """One folded text of a lexicon, as the automaton looks for it.

    Attributes:
        length: Characters of the text.
        tail: Spaces after it in the pattern.
        exact: The text where it holds a mark or a space, which the pattern does not tell apart; else "".
        plain: The terms, where nothing else has to be looked at; else empty.
        entries: Terms with the capitals that they need.
    """

    length: int
    tail: int
    exact: str
    plain: tuple[Term, ...]
    entries: tuple[tuple[Term, str], ...]


def _compiled(lower: str, entries: Sequence[tuple[Term, str]]) -> tuple[str, _Text]:
    """The pattern that finds the text of these terms, and what to look at where it is found.

    Word borders are spaces of the pattern, so that the automaton itself passes over the ends and insides of words.
    """
    borders = {(t.open_start, t.open_end or t.inflected) for t, _ in entries}
    looked_at = len(borders) > 1 or any(cased or t.inflected for t, cased in entries)
    head = not any(start for start, _ in borders) and lower[0].isalnum()
    tail = not any(end for _, end in borders) and lower[-1].isalnum()
    marks = not lower.isalnum()
    spaced = Folded(lower, lower, lower).spaced[1:-1] if marks else lower
    text = _Text(
        length=len(lower),
        tail=int(tail),
        exact=lower if marks else "",
        plain=() if looked_at else _heaviest([t for t, _ in entries]),
        entries=tuple(entries),
    )
    return " " * head + spaced + " " * tail, text


def _fitting(entries: Sequence[tuple[Term, str]], folded: Folded, start: int, end: int) -> tuple[Term, ...]:
    """The terms whose borders and capitals fit where their text was found."""
    lower = folded.lower
    at_start = start == 0 or not lower[start - 1].isalnum() or not lower[start].isalnum()
    at_end = end == len(lower) or not lower[end].isalnum() or not lower[end - 1].isalnum()
    inflected = at_end or _ENDING.match(lower, end) is not None
    fits = [
        term
        for term, exact in entries
        if (at_start or term.open_start)
        and (at_end or term.open_end or (term.inflected and inflected))
        and (not exact or folded.cased[start:end] == exact)
    ]
    return _heaviest(fits)


def _heaviest(terms: Sequence[Term]) -> tuple[Term, ...]:
    """One term per label: `App` and `*app` at the same place are one piece of evidence."""
    if len(terms) == 1:
        return tuple(terms)
    best: dict[str, Term] = {}
    for term in terms:
        if term.label not in best or term.weight > best[term.label].weight:
            best[term.label] = term
    return tuple(best.values())


def _longest(candidates: list[Place]) -> list[Place]:
    """Candidates without those that a longer (then earlier) one overlaps, in reading order."""
    candidates.sort()  # a term that ends with its word is found one letter later than one that is open
    kept: list[Place] = []
    for candidate in candidates:  # they come by rising end, so only the last ones kept can overlap
        end, start, _ = candidate
        first = len(kept)
        while first and kept[first - 1][0] > start:
            first -= 1
        if first == len(kept):
            kept.append(candidate)
        elif all(k[0] - k[1] < end - start for k in kept[first:]):
            kept[first:] = [candidate]
    return kept


def read_lexicon(data: Any, origin: str) -> Lexicon:
    """A lexicon from parsed YAML.

    Args:
        data: The mapping with `groups`.
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
        if not isinstance(written, str | list):
            raise ValueError(f"lexicon {origin}: `terms` of {group['label']} must be text or a list, not {written!r}")
        weight = group.get("weight", 1)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight):
            raise ValueError(f"lexicon {origin}: `weight` of {group['label']} must be a number, not {weight!r:.40}")
        entries = listed(written) if isinstance(written, str) else [str(w) for w in written if str(w).strip()]
        terms += (parse_term(entry, str(group["label"]), float(weight)) for entry in entries)
    return Lexicon(terms)


@cache
def load_lexicon(path: Path) -> Lexicon:
    """The lexicon of a YAML file, compiled once per process.

    Raises:
        ValueError: The file can't be read or is no lexicon.
    """
    return read_lexicon(read_yaml(path), path.name)
