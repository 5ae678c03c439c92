"""The evaluative lexicon of `lexicons/stance.yaml`, inflected and ready for look-up by folded word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from .voice import fold, tokenize

_ADJECTIVE = ("", "e", "er", "es", "en", "em", "ere", "eren", "erer", "eres", "erem", "ste", "sten", "ster", "stes", "stem", "este", "esten")
_NOUN = ("", "s", "es", "e", "en", "n", "nen", "se", "sen", "ses")
_VERB = ("en", "n", "t", "te", "ten", "et", "ete", "eten", "end", "ende", "enden", "ender", "endes", "st")
_ROLES = ("negators", "exempt", "intensifiers", "downtoners", "conditionals", "contrast", "conclusions")


@dataclass(frozen=True, slots=True)
class Term:
    """An evaluative word or phrase.

    Attributes:
        polarity: Signed weight; 0 = judges nothing.
        group: The group of the YAML it stands in.
        verb: Negated from behind too ("überzeugt nicht").
        headline: Counts in headlines only.
    """

    polarity: float
    group: str
    verb: bool = False
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the lexicon knows about one folded word form.

    Attributes:
        term: The word as adjective, verb or adverb; None where it judges nothing.
        noun: The word as a noun, capitalised in the text.
        phrases: Phrases that start with it: the remaining words and their term, longest first; `_` is any one word.
        role: `negators`, `exempt`, `intensifiers`, `downtoners`, `conditionals`, `contrast`, `conclusions` or "".
        factor: What an intensifier or a downtoner multiplies the next term with, else 1.
        subjective: Shows that somebody speaks as a person.
    """

    term: Term | None = None
    noun: Term | None = None
    phrases: tuple[tuple[tuple[str, ...], Term], ...] = ()
    role: str = ""
    factor: float = 1.0
    subjective: bool = False


@dataclass(frozen=True, slots=True)
class StanceLexicon:
    """Look-up by folded form, and by the tail of a compound.

    Attributes:
        version: Of the YAML.
        entries: Word form to what is known about it.
        tails: Endings of compounds (`-chaos`) to their term.
        conditional: What a conditional clause multiplies a weight with.
    """

    version: int
    entries: Mapping[str, Entry]
    tails: Mapping[str, Term]
    conditional: float

    def compound(self, form: str) -> Term | None:
        """The term whose tail ends a longer word, None where there is none.

        >>> load().compound("tarifchaos").group, load().compound("chaos")
        ('blame_strong', None)
        """
        return next((t for size in range(min(len(form) - 3, 12), 2, -1) if (t := self.tails.get(form[-size:]))), None)


@cache
def load() -> StanceLexicon:
    """The lexicon that is shipped with the package.

    >>> load().entries["grossartiges"].term.polarity
    2.0
    """
    source = files("presseschau.label").joinpath("lexicons/stance.yaml").read_text(encoding="utf-8")
    return parse(yaml.safe_load(source))


@lru_cache(maxsize=1 << 16)
def compound_of(form: str) -> Term | None:
    """`StanceLexicon.compound` of the shipped lexicon, remembered: names and compounds repeat across a corpus."""
    return load().compound(form)


def parse(data: Mapping[str, Any]) -> StanceLexicon:
    """Look-up tables from the YAML's content. The strongest entry of a form wins, the first where two are equal."""
    terms: dict[str, Term] = {}
    nouns: dict[str, Term] = {}
    phrases: dict[tuple[str, ...], Term] = {}
    tails: dict[str, Term] = {}
    for group in data["groups"]:
        plain = Term(float(group["polarity"]) * float(group["weight"]), str(group["name"]), headline=bool(group.get("headline", False)))
        verb = replace(plain, verb=True)
        for form in _adjectives(group):
            _put(terms, form, plain)
        for form in _nouns(group):
            _put(nouns, form, plain)
        for form in map(fold, group.get("words", ())):
            _put(terms, form, plain)
            _put(nouns, form, plain)
        for form in (v + e for v in map(fold, group.get("verbs", ())) for e in _VERB):
            _put(terms, form, verb)
        for phrase in group.get("phrases", ()):
            phrases.setdefault(words_of(phrase), plain)
        tails |= {fold(t): plain for t in group.get("tails", ())}
    for name in ("subjective", "conclusions"):
        phrases |= {words_of(p): Term(0.0, name) for p in data[name]["phrases"] if words_of(p) not in phrases}
    entries = {form: Entry(terms.get(form), nouns.get(form)) for form in terms | nouns}
    for words, term in sorted(phrases.items(), key=lambda p: (-len(p[0]), p[0])):
        entry = entries.get(words[0], Entry())
        entries[words[0]] = replace(entry, phrases=(*entry.phrases, (words[1:], term)))
    for role in _ROLES:
        listed = data["negators"]["exempt"] if role == "exempt" else data[role]["words"]
        factor = float(data[role]["factor"]) if role in ("intensifiers", "downtoners") else 1.0
        for form in map(fold, listed):
            entries[form] = replace(entries.get(form, Entry()), role=role, factor=factor)
    for form in map(fold, data["subjective"]["words"]):
        entries[form] = replace(entries.get(form, Entry()), subjective=True)
    return StanceLexicon(int(data["version"]), entries, tails, float(data["conditionals"]["factor"]))


def words_of(phrase: str) -> tuple[str, ...]:
    """The folded tokens of a phrase, `_` kept as it is."""
    return tuple(tokenize(phrase)[1])


def follows(words: Sequence[str], at: int, rest: Sequence[str]) -> bool:
    """Whether `rest` stands in `words` from `at` on."""
    return len(words) - at >= len(rest) and all(r in ("_", words[at + k]) for k, r in enumerate(rest))


def _adjectives(group: Mapping[str, Any]) -> Iterable[str]:
    for adjective in map(fold, group.get("adjectives", ())):
        yield adjective
        yield from (adjective.removesuffix("e") + e for e in _ADJECTIVE)
        if adjective.endswith(("er", "el")):  # teuer, teure; dunkel, dunkle
            yield from (adjective[:-2] + adjective[-1] + e for e in _ADJECTIVE[1:8])


def _nouns(group: Mapping[str, Any]) -> Iterable[str]:
    for noun in map(fold, group.get("nouns", ())):
        yield from (noun + e for e in _NOUN)
        if noun.endswith("us"):  # Mythos is regular enough; Verschwoerungsmythen, Museen are not
            yield noun[:-2] + "en"


def _put(terms: dict[str, Term], form: str, term: Term) -> None:
    known = terms.get(form)
    if known is None or abs(known.polarity) < abs(term.polarity):
        terms[form] = term
