"""The main evaluated object of an article: the noun phrase its headline turns on, and its type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from presseschau.document import Document
from presseschau.label.sentences import Kind, fold, tokenize
from presseschau.label.voice import Reading
from presseschau.label.yaml_file import read_yaml

KINDS = ("product", "company", "technology", "policy", "person", "other")  # of targets
_SITE = re.compile(r"\s+[-–|]\s+[A-ZÄÖÜ0-9][\w.&! ]{1,24}$")
_DIGIT, _YEAR = re.compile(r"\d"), re.compile(r"(?:19|20)\d\d")
_OPENING = frozenset('„“»«"‚›')
_WITHIN = frozenset(("von", "des", "der", "&"))
_COMPLEMENT = frozenset(
    ("von", "vom", "für", "zu", "zum", "zur", "gegen", "bei", "an", "am", "im", "in", "über", "auf", "mit")
)
_WHERE = frozenset(("in", "im", "aus", "bei", "von", "am"))
_ARTICLES = frozenset(("der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einer", "einem", "eines"))
ENDINGS = ("", "s", "n", "en", "es")  # of names and nouns
_LONGEST = 6  # words of a target
_LEAD = 300  # characters
_VAGUE, _CLEARER = 1.6, 3.0  # a headline's best is vague below this weight; by so much a lead's has to be better
_LEGAL_FORMS = frozenset(("ag", "gmbh", "inc", "se", "kg", "ltd", "corp"))


@dataclass(frozen=True, slots=True)
class Target:
    """What an article evaluates.

    Attributes:
        name: As it stands in the headline, else in the text.
        kind: product, company, technology, policy, person or other.
        mentions: Folded words that name it.
    """

    name: str
    kind: str
    mentions: frozenset[str]


@dataclass(frozen=True, slots=True)
class TargetLexicon:
    """The lists of `lexicons/targets.yaml`, folded; `kinds` keeps its order, and has all inflections."""

    kickers: frozenset[str]
    never: frozenset[str]
    weak: frozenset[str]
    acts: frozenset[str]
    kinds: Mapping[str, Kind]
    companies: frozenset[str]
    products: frozenset[str]
    first_names: frozenset[str]

    def named(self, form: str) -> bool:
        """Whether a folded word is a known company or product, also with a genitive s."""
        return self.product(form) or form in self.companies or form.removesuffix("s") in self.companies

    def product(self, form: str) -> bool:
        """Whether a folded word is a known product, also with a genitive s."""
        return form in self.products or form.removesuffix("s") in self.products


class _Phrase(NamedTuple):
    """A candidate: its folded words, where it stands, whether in quotation marks, whether it acts on what follows."""

    forms: tuple[str, ...]
    start: int
    end: int
    quoted: bool
    acts: bool


class _Found(NamedTuple):
    """The best candidate of a headline or a lead, and its weight."""

    weight: float
    target: Target


@cache
def load_targets() -> TargetLexicon:
    """The lists that are shipped with the package."""
    data = read_yaml(Path(__file__).parent / "lexicons/targets.yaml")
    kinds = {}
    for kind, listed in data.pop("kinds").items():
        words = [fold(str(w)) + e for w in listed for e in ENDINGS]
        # Short words end too many others (Tarif, Ki-ste): they stand alone or not at all.
        kinds[kind] = Kind.of(words, (w for w in words if len(w) > 4))
    data.pop("version")
    return TargetLexicon(kinds=kinds, **{k: frozenset(fold(str(w)) for w in v) for k, v in data.items()})


def find_target(document: Document, reading: Reading) -> Target | None:
    """The main target, None where neither headline nor text has a noun to offer.

    Candidates are the noun phrases of the headline; of the first lines where it has none, or only one that says little
    ("Coup ohne Folgen") and they have a clearer one. What the text repeats, known names and
    quoted titles weigh more; places, money and news words less, and so does who acts on what the headline names after
    it ("Ministerin stoppt Warn-App"); the earlier one wins a tie.

    Args:
        document: The article.
        reading: Its text, read.
    """
    lexicon = load_targets()
    title = _SITE.sub("", (document.title or "").strip())
    found = _best(title, reading, lexicon)
    if found is None or found.weight < _VAGUE:
        lead = _best(document.text[:_LEAD], reading, lexicon)
        if lead and (found is None or lead.weight > found.weight + _CLEARER):
            found = lead
    return found and found.target


def _best(source: str, reading: Reading, lexicon: TargetLexicon) -> _Found | None:
    """The likeliest noun phrase of a headline or a lead."""
    phrases = _noun_phrases(source, reading, lexicon)
    if not phrases:
        return None
    places = _places(phrases, reading)
    first = sum(phrase.acts for phrase in phrases)  # its object, where the first one acts
    weights = [_weight(phrase, i == first, places, lexicon) for i, phrase in enumerate(phrases)]
    weight = max(weights)
    phrase = phrases[weights.index(weight)]
    mentions = frozenset(f for f in phrase.forms if len(f) > 2 and f not in lexicon.never)
    name, kind = source[phrase.start : phrase.end], _kind(phrase.forms, reading, places, lexicon)
    return _Found(weight, Target(name, kind, mentions))


def _places(phrases: Sequence[_Phrase], reading: Reading) -> dict[str, list[int]]:
    """Where the text has the words of the phrases and their inflections."""
    wanted = {form + ending for phrase in phrases for form in phrase.forms for ending in ENDINGS}
    places: dict[str, list[int]] = {}
    for i, form in [(i, form) for i, form in enumerate(reading.forms) if form in wanted]:
        places.setdefault(form, []).append(i)
    return places


def _weight(phrase: _Phrase, first: bool, places: Mapping[str, Sequence[int]], lexicon: TargetLexicon) -> float:
    """How likely a noun phrase is the object: repeats, known names, quotation marks, place in the headline."""
    heads = [f for f in phrase.forms if f not in lexicon.never and f not in _WITHIN]
    seen = max((min(sum(len(places.get(h + e, ())) for e in ENDINGS), 8) for h in heads), default=0)
    weak = phrase.acts or all(h in lexicon.weak or h.isdigit() for h in heads)
    named = any(lexicon.named(h) or (_DIGIT.search(h) and not _YEAR.fullmatch(h)) for h in heads)
    return (0.3 if weak else 1.0) * (seen + 3.0 * named + 3.0 * phrase.quoted + 1.5 * first + 1.0)


def _noun_phrases(title: str, reading: Reading, lexicon: TargetLexicon) -> list[_Phrase]:
    """Runs of capitalised words with numbers; a noun that takes a complement keeps it (Gesetz für die Warn-App)."""
    tokens, forms, starts = tokenize(title)
    runs: list[list[int]] = []
    run: list[int] = []
    for i, word in enumerate(tokens):
        noun = word[0].isupper() or (word[0].isdigit() and bool(run)) or (word[0].isalpha() and word != word.lower())
        initial = i == 0 or tokens[i - 1] in _OPENING or tokens[i - 1] in (":", "?", "!", ".")
        # The first word is capitalised whatever it is; what the text also writes small is no noun.
        usable = noun and forms[i] not in lexicon.never and not (initial and _holds(reading, word.lower()))
        kicker = forms[i] in lexicon.kickers and ":" in tokens[i + 1 : i + 2]
        joins = run and forms[i] in _WITHIN and i + 1 < len(tokens) and tokens[i + 1][0].isupper()
        if joins or (usable and not kicker):
            run.append(i)
        elif run:
            runs.append(run)
            run = []
    if run:
        runs.append(run)
    runs = [r for r in runs if any(len(tokens[i]) > 1 for i in r)]
    phrases = [_phrase(r, tokens, forms, starts, lexicon) for r in runs]
    for i in range(min(2, len(runs) - 1)):
        last = runs[i][-1]
        if (
            forms[last + 1] in lexicon.acts
            and tokens[last + 1].islower()
            and (not i or forms[runs[i][0] - 1] in _WHERE)
        ):
            thing = any(lexicon.product(f) or lexicon.kinds["product"].match(f) for f in phrases[0].forms)
            phrases[: i + 1] = [p._replace(acts=not thing) for p in phrases[: i + 1]]
            break
    return phrases


def _phrase(run: list[int], tokens: list[str], forms: list[str], starts: list[int], lexicon: TargetLexicon) -> _Phrase:
    run, last = run[:_LONGEST], run[:_LONGEST][-1]
    takes = len(run) == 1 and lexicon.kinds["policy"].match(forms[last])
    if takes and last + 2 < len(tokens) and tokens[last + 1] in _COMPLEMENT:
        after = last + 2 + (forms[last + 2] in _ARTICLES)
        if after < len(tokens) and tokens[after][0].isupper():
            run, last = [*run, after], after
    quoted = run[0] > 0 and tokens[run[0] - 1] in _OPENING and len(run) <= 4
    return _Phrase(tuple(forms[i] for i in run), starts[run[0]], starts[last] + len(tokens[last]), quoted, acts=False)


def _kind(forms: Sequence[str], reading: Reading, places: Mapping[str, Sequence[int]], lexicon: TargetLexicon) -> str:
    """Type of a target: a policy noun, known names, the ending of its last noun, then its company in the text."""
    if lexicon.kinds["policy"].match(forms[0]):
        return "policy"
    digits = any(c.isdigit() for f in forms for c in f)
    if any(lexicon.product(f) for f in forms):
        return "product"
    if any(lexicon.named(f) for f in forms):
        return "product" if digits and len(forms) > 1 else "company"
    if forms[0] in lexicon.first_names and len(forms) > 1:
        return "person"
    for form in reversed(forms):
        part = form.rpartition("-")[2]  # Warn-App, KI-Chip: a short word that ends others is known by its hyphen
        for kind, words in lexicon.kinds.items():
            if words.match(form) or part in words.words:
                return kind
    return _kind_in_text(places.get(forms[-1], ()), reading, lexicon) or (
        "product" if digits and len(forms) > 1 else "other"
    )


def _holds(reading: Reading, word: str) -> bool:
    """Whether a word is one of the text's tokens; most that are not are nowhere in it, which is found out faster."""
    return word in reading.text and word in reading.tokens


def _kind_in_text(places: Sequence[int], reading: Reading, lexicon: TargetLexicon) -> str | None:
    """What the text calls a name: "die App Nina", "Nordwind AG", "Sabine Muster"."""
    for i in places:
        if not i:
            continue
        before, after = reading.forms[i - 1], reading.forms[i + 1] if i + 1 < len(reading.forms) else ""
        if after in _LEGAL_FORMS:
            return "company"
        if before in lexicon.first_names:
            return "person"
        if reading.tokens[i - 1][0].isupper():
            for kind in ("company", "product"):
                if lexicon.kinds[kind].match(before):
                    return kind
    return None
