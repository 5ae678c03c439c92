"""What the evaluative words of one sentence add up to, after negation, degree, conditionals, contrast and irony.

The scope rules follow the usual rule-based sentiment systems (Taboada et al. 2011, "Lexicon-based methods for sentiment
analysis"; Wiegand et al. 2018 for German negation): a negator reaches forward in its clause, and back to a finite verb.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from presseschau.label.stance_lexicon import Entry, StanceLexicon, Term, compound_of
from presseschau.label.voice import Reading, Sentence

_CLAUSE = frozenset((",", ";", ":", "–", "—", "(", ")"))
_TURNS = frozenset((",", ";", "–", "—"))
_OPENING = frozenset('„“”»«‚‘›‹":–—')
_DUTY = frozenset(("darf", "duerfen", "duerfte", "duerften", "sollte", "sollten", "soll", "sollen"))
_COPULAS = frozenset(("ist", "sind", "war", "waren", "wird", "werden", "wirkt", "wirken", "klingt"))
_THAN = frozenset(("mehr", "besser", "schlechter", "nur", "ob"))
_INDEFINITE = frozenset(("etwas", "nichts", "viel", "wenig", "alles"))
_NEGATION_REACH, _DEGREE_REACH, _VERB_REACH, _SHIELD_REACH, _REMOVER_REACH = 5, 2, 6, 3, 2  # words
_BEFORE_BUT, _AFTER_BUT = 0.6, 1.25  # "zwar gut, aber teuer": what comes after the contrast counts more
_IRONY = -0.4  # one praising word in quotation marks is a distance, not praise
_NEGATED_PRAISE, _NEGATED_BLAME = -0.8, -0.4  # "nicht schlecht" is less praise than "schlecht" is blame
_COMPOUND = 7  # letters that a compound has more than
_SAME_WORD = 7  # letters that make two forms the same word
_MOST = 3.0  # one sentence says no more than this on either side


class Values(NamedTuple):
    """The sums of one sentence, before voice and position.

    Attributes:
        praise: Sum of favourable words, 0 to 3.
        blame: Sum of unfavourable words, 0 to 3.
        strong: Words that are hardly ever neutral.
        focus: Token index of the word that weighs most.
        why: The words with their values, in reading order.
    """

    praise: float
    blame: float
    strong: int
    focus: int
    why: tuple[str, ...]


def entries_of(reading: Reading, lexicon: StanceLexicon) -> list[Entry | None]:
    """What the lexicon knows about each token, compounds by their tail."""
    words = zip(reading.tokens, reading.forms, strict=True)
    return [_entry(token, form, lexicon) for token, form in words]


def judging_in(reading: Reading, lexicon: StanceLexicon) -> dict[int, Entry]:
    """What the lexicon knows about the tokens that can judge, alone or as the start of a phrase, by index."""
    tokens, forms, judging, last = reading.tokens, [*reading.forms, ""], lexicon.judging, lexicon.compounds.endings
    found: dict[int, Entry] = {}
    for i in [i for i, form in enumerate(forms) if form in judging or (len(form) > _COMPOUND and form[-4:] in last)]:
        phrases = lexicon.starts.get(forms[i])
        if phrases is not None:
            going_on = phrases.get(forms[i + 1])
            if going_on is None or not any(forms[i + 1 : i + 1 + len(rest)] == rest for rest, _ in going_on):
                continue
        entry = _entry(tokens[i], forms[i], lexicon)
        if entry and (entry.term or (entry.noun and tokens[i][0].isupper()) or forms[i + 1] in entry.phrases):
            found[i] = entry
    return found


def _entry(token: str, form: str, lexicon: StanceLexicon) -> Entry | None:
    """What the lexicon knows about a token; about a noun that is not listed by its tail."""
    entry = lexicon.entries.get(form)
    if entry is None and len(token) > _COMPOUND and lexicon.compounds.match(form) and token[0].isupper():
        term = compound_of(form, lexicon.tails)
        return Entry(noun=term) if term else None
    return entry


def values_of(
    reading: Reading,
    judging: Mapping[int, Entry],
    sentence: Sentence,
    lexicon: StanceLexicon,
    used: Counter[str] | None,
    speech: bool = False,
) -> Values | None:
    """Sums of one sentence, None where nothing in it judges.

    Args:
        reading: The text.
        judging: Entries of the words of the sentence that can judge, by their index.
        sentence: One of the text's sentences.
        lexicon: Where the entries come from.
        used: The article's evaluative words so far, counted on; None for a headline.
        speech: Count the words in quotation marks too.
    """
    praise = blame = peak = 0.0
    strong, after, focus, contrast, denied = 0, sentence.first, -1, None, None
    why: list[str] = []
    for i, entry in judging.items():
        if i < after:
            continue
        size, term = _longest(entry, reading, i, sentence)
        if term is None:
            continue
        after = i + size
        left_out = (reading.quoted[i] == 1 and not speech) or (term.headline and used is not None)
        if left_out or not term.polarity:
            continue
        value = _scoped(reading.forms, sentence, i, size, term, lexicon)
        if denied is None:
            denied = _denied(reading, sentence, lexicon)
        if denied and i in denied:
            value *= _NEGATED_PRAISE if value > 0 else _NEGATED_BLAME
        if reading.quoted[i] == 2:
            value *= _IRONY if value > 0 and size == 1 else 0.0
        if contrast is None:
            contrast = _contrast(reading.forms, sentence, lexicon)
        if contrast >= 0:
            value *= _BEFORE_BUT if i < contrast else _AFTER_BUT
        if used is not None:
            # What an article keeps naming is its subject, not a new judgement each time.
            key = reading.forms[i][:_SAME_WORD]
            used[key] += 1
            value /= used[key]
        praise, blame = praise + max(value, 0.0), blame + max(-value, 0.0)
        strong += abs(term.polarity) >= 2
        if abs(value) > peak:
            peak, focus = abs(value), i
        if value:
            why.append(f"{' '.join(reading.forms[i : i + size])} {value:+.2f}")
    return Values(min(praise, _MOST), min(blame, _MOST), strong, focus, tuple(why)) if why else None


def _longest(entry: Entry, reading: Reading, at: int, sentence: Sentence) -> tuple[int, Term | None]:
    """The longest phrase that starts at a word, else the word's own term as its capital or small letter allows."""
    if entry.phrases and at + 1 < sentence.last:
        for rest, term in entry.phrases.get(reading.forms[at + 1], ()):
            if at + len(rest) < sentence.last and reading.forms[at + 1 : at + 1 + len(rest)] == rest:
                return 1 + len(rest), term
    if not reading.tokens[at][0].isupper():
        return 1, entry.term
    # The first word of a sentence is capitalised whatever it is, and so is an adjective after "etwas".
    initial = at == sentence.first or reading.tokens[at - 1] in _OPENING or reading.forms[at - 1] in _INDEFINITE
    return 1, entry.noun or (entry.term if initial else None)


def _contrast(words: Sequence[str], sentence: Sentence, lexicon: StanceLexicon) -> int:
    """Index of the `aber` that turns a sentence (after a comma or after `zwar`), -1 where there is none."""
    first, contrasts = sentence.first, lexicon.roles["contrast"]
    for i in range(first + 2, sentence.last):
        if words[i] in contrasts and (words[i - 1] in _TURNS or "zwar" in words[first:i]):
            return i
    return -1


def _denied(reading: Reading, sentence: Sentence, lexicon: StanceLexicon) -> frozenset[int]:
    """Indices of the words that an idiom ("alles andere als", "… sieht anders aus") turns into their opposite."""
    first, last = sentence.first, sentence.last
    words = reading.forms[first:last]
    if reading.tokens[last - 1].startswith("?") and "soll" in words and "sein" in words:
        return frozenset(range(first, last))  # "Das soll ein Fortschritt sein?"
    if lexicon.denials.keys().isdisjoint(words):
        return frozenset()
    found: set[int] = set()
    if words[-2:-1] == ["nicht"] and _THAN.isdisjoint(words):  # "Eine gute Uhr ist das nicht."
        clause = next((i + 1 for i in range(len(words) - 3, -1, -1) if words[i] in _CLAUSE), 0)
        verb = next((i for i in range(clause, len(words)) if words[i] in _COPULAS), clause)
        found.update(range(clause, verb))
    for i, word in enumerate(words):
        for idiom, at, reach in lexicon.denials.get(word, ()):
            start, end = i - at, i - at + len(idiom)
            compares = reach < 0 and words[end : end + 1] == ["als"]  # "sieht anders aus als der Vorgänger"
            if start >= 0 and words[start:end] == idiom and not compares:
                found.update(range(end, end + reach) if reach > 0 else range(start + reach, start))
    return frozenset(first + i for i in found if 0 <= i < len(words))


def _scoped(
    words: Sequence[str],
    sentence: Sentence,
    at: int,
    size: int,
    term: Term,
    lexicon: StanceLexicon,
) -> float:
    """A term's polarity after the negation, degree words, shields and conditionals of its clause."""
    value, negated, shielded = term.polarity, False, False
    known, exempt = lexicon.entries.get, lexicon.roles["exempt"]  # what takes the negation off what follows: nicht nur
    for k in range(at - 1, max(sentence.first, at - _NEGATION_REACH) - 1, -1):
        entry = known(words[k])
        if words[k] in _CLAUSE or words[k] == "sondern" or (entry is not None and entry.role == "contrast"):
            break
        if entry is None:
            continue
        if entry.role == "negators":
            # "darf nicht missbraucht werden" warns; it does not say that nothing is wrong.
            negated ^= words[k + 1] not in exempt and not (value < 0 and words[k - 1] in _DUTY)
        elif entry.role == "shields":
            shielded |= k >= at - _SHIELD_REACH and words[k + 1] != "allem"
        elif entry.factor != 1.0 and (k >= at - _DEGREE_REACH or entry.role == "concessions"):
            value *= entry.factor
    behind = _VERB_REACH if term.verb else _REMOVER_REACH if value < 0 else 0
    for k in range(at + size, min(sentence.last, at + size + behind)):
        if words[k] in _CLAUSE or words[k] == "sondern":
            break
        # In a main clause the verb stands before its negation: "überzeugt im Alltag nicht".
        if term.verb and words[k] == "nicht" and not (k + 1 < sentence.last and words[k + 1] in exempt):
            negated = True
        entry = known(words[k])
        shielded |= entry is not None and entry.role == "removers" and k < at + size + _REMOVER_REACH
    if value < 0 and shielded:
        value *= lexicon.shield
    if negated:
        value *= _NEGATED_PRAISE if value > 0 else _NEGATED_BLAME
    if not lexicon.roles["conditionals"].isdisjoint(words[sentence.first : at]):
        value *= lexicon.conditional
    return value
