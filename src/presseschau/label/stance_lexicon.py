"""The evaluative lexicon of `lexicons/stance.yaml`, inflected and ready for look-up by folded word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from presseschau.label.sentences import Kind, fold, tokenize
from presseschau.label.yaml_file import read_yaml

_ADJECTIVE = (
    "", "e", "er", "es", "en", "em", "ere", "eren", "erer", "eres", "erem", "ste", "sten", "ster", "stes", "stem",
    "este", "esten",
)  # fmt: skip
_NOUN = ("", "s", "es", "e", "en", "n", "nen", "se", "sen", "ses")
_VERB = ("en", "n", "t", "te", "ten", "et", "ete", "eten", "end", "ende", "enden", "ender", "endes", "st")
_DEGREES = ("intensifiers", "downtoners", "concessions")
_ROLES = ("negators", "exempt", *_DEGREES, "conditionals", "shields", "removers", "contrast", "conclusions")


@dataclass(frozen=True, slots=True)
class Term:
    """An evaluative word or phrase.

    Attributes:
        polarity: Signed weight; 0 = judges nothing.
        verb: Negated from behind too ("überzeugt nicht").
        headline: Counts in headlines only.
    """

    polarity: float
    verb: bool = False
    headline: bool = False


# Phrases with the same first word by their second one: the words after the first, the term; longest first.
Phrases: TypeAlias = Mapping[str, tuple[tuple[list[str], Term], ...]]
_NO_PHRASES: Phrases = {}


class Entry(NamedTuple):
    """All that the lexicon knows about one folded word form.

    Attributes:
        term: The word as adjective, verb or adverb; None where it judges nothing.
        noun: The word as a noun, capitalised in the text.
        phrases: Phrases that start with it.
        role: `negators`, `exempt`, `intensifiers`, `downtoners`, `concessions`, `conditionals`,
            `shields`, `removers`, `contrast`, `conclusions` or "".
        factor: What an intensifier, a downtoner or a concession multiplies the next term with, else 1.
    """

    term: Term | None = None
    noun: Term | None = None
    phrases: Phrases = _NO_PHRASES
    role: str = ""
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class StanceLexicon:
    """Look-up by folded form, and by the tail of a compound.

    Attributes:
        entries: Word form to what is known about it.
        roles: The forms of each role.
        tails: Endings of compounds (`-chaos`) to their term, longest first.
        compounds: Words that end so.
        judging: Forms whose entry can judge, alone or as the start of a phrase.
        starts: Those that judge only as the start of a phrase, most of them frequent words: their phrases.
        denials: Idioms that turn the words near them into their opposite, by their longest word: the words, the place
            of the longest among them, and how many words behind them (below 0: before them) they reach.
        conditional: What a conditional clause multiplies a weight with.
        shield: What a fault that something is meant to help with is multiplied with.
    """

    entries: Mapping[str, Entry]
    roles: Mapping[str, frozenset[str]]
    tails: Mapping[str, Term]
    compounds: Kind
    judging: frozenset[str]
    starts: Mapping[str, Phrases]
    denials: Mapping[str, tuple[tuple[list[str], int, int], ...]]
    conditional: float
    shield: float


@cache
def load() -> StanceLexicon:
    """The lexicon that is shipped with the package.

    >>> load().entries["grossartiges"].term.polarity
    2.0
    """
    return parse(read_yaml(Path(__file__).parent / "lexicons/stance.yaml"))


def compound_of(form: str, tails: Mapping[str, Term]) -> Term | None:
    """The term whose tail ends a longer word, the longest tail first; None where there is none.

    >>> compound_of("tarifchaos", load().tails).polarity, compound_of("chaos", load().tails)
    (-2.0, None)
    """
    return next((term for tail, term in tails.items() if form.endswith(tail) and len(form) > len(tail) + 2), None)


def parse(data: Mapping[str, Any]) -> StanceLexicon:
    """Look-up tables from the YAML's content. The strongest entry of a form wins, the first where two are equal."""
    _single(data)
    terms: dict[str, Term] = {}
    nouns: dict[str, Term] = {}
    phrases: dict[tuple[str, ...], Term] = {}
    tails: dict[str, Term] = {}
    for group in data["groups"]:
        weight = float(group["polarity"]) * float(group["weight"])
        plain = Term(weight, headline=bool(group.get("headline", False)))
        verb = replace(plain, verb=True)
        for form in _adjectives(group):
            _put(terms, form, plain)
        for form in _nouns(group):
            _put(nouns, form, plain)
        for form in map(fold, group.get("words", ())):
            _put(terms, form, plain)
            _put(nouns, form, plain)
        for form in _verbs(group):
            _put(terms, form, verb)
        for phrase in group.get("phrases", ()):
            phrases.setdefault(words_of(phrase), plain)
        tails |= {fold(t): plain for t in group.get("tails", ())}
    for phrase in data["conclusions"]["phrases"]:
        phrases.setdefault(words_of(phrase), Term(0.0))
    entries = {form: Entry(terms.get(form), nouns.get(form)) for form in terms | nouns}
    for words, term in sorted(phrases.items(), key=lambda p: (-len(p[0]), p[0])):
        entry = entries.get(words[0], Entry())
        known = {**entry.phrases, words[1]: (*entry.phrases.get(words[1], ()), (list(words[1:]), term))}
        entries[words[0]] = entry._replace(phrases=known)
    for role in _ROLES:
        listed = data["negators"]["exempt"] if role == "exempt" else data[role]["words"]
        factor = float(data[role]["factor"]) if role in _DEGREES else 1.0
        for form in map(fold, listed):
            entries[form] = entries.get(form, Entry())._replace(role=role, factor=factor)
    roled = [(form, entry) for form, entry in entries.items() if entry.role]
    tails = dict(sorted(tails.items(), key=lambda t: (-len(t[0]), t[0])))
    return StanceLexicon(
        entries,
        {role: frozenset(form for form, entry in roled if entry.role == role) for role in _ROLES},
        tails,
        Kind.of((), tails),
        frozenset(form for form, entry in entries.items() if entry.term or entry.noun or entry.phrases),
        {form: e.phrases for form, e in entries.items() if e.phrases and not (e.term or e.noun)},
        _denials(data["denials"]),
        float(data["conditionals"]["factor"]),
        float(data["shields"]["factor"]),
    )


def _denials(groups: Iterable[Mapping[str, Any]]) -> dict[str, tuple[tuple[list[str], int, int], ...]]:
    """The idioms of each group by their longest word, which is in the fewest sentences."""
    found: dict[str, tuple[tuple[list[str], int, int], ...]] = {}
    for group in groups:
        for phrase in group["phrases"]:
            idiom = tokenize(phrase)[1]
            longest = max(idiom, key=len)
            found[longest] = (*found.get(longest, ()), (idiom, idiom.index(longest), int(group["reach"])))
    return found


def words_of(phrase: str) -> tuple[str, ...]:
    """The folded tokens of a phrase.

    Raises:
        ValueError: It is a single word, which belongs elsewhere.
    """
    words = tuple(tokenize(phrase)[1])
    if len(words) < 2:
        raise ValueError(f"stance lexicon: {phrase!r} is no phrase")
    return words


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


def _verbs(group: Mapping[str, Any]) -> Iterable[str]:
    yield from (verb + e for verb in map(fold, group.get("verbs", ())) for e in _VERB)
    yield from map(fold, group.get("forms", ()))


def _single(data: Mapping[str, Any]) -> None:
    """Raises ValueError where something that is looked up by one word has two."""
    for part in (*data["groups"], *(data[k] for k in _ROLES if k != "exempt")):
        for key in ("adjectives", "nouns", "verbs", "forms", "words", "tails"):
            for word in part.get(key, ()):
                if not isinstance(word, str) or " " in word:
                    raise ValueError(f"stance lexicon: {word!r} in {key} is not one word")


def _put(terms: dict[str, Term], form: str, term: Term) -> None:
    known = terms.get(form)
    if known is None or abs(known.polarity) < abs(term.polarity):
        terms[form] = term
