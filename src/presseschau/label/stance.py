"""Stance of an article toward its main target: own-voice evaluation, summed over sentences and read against the genre.

Each own-voice sentence votes with the evaluative words it holds, after negation, degree words, conditionals, contrast and
irony, weighed by where it stands and whether it names the target. `stance_model` turns the sums into a stance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..document import Document, Span
from .stance_lexicon import Entry, StanceLexicon, Term, compound_of, follows, load
from .stance_model import Features, StanceModel, load_model
from .stance_target import Target, find_target
from .voice import Reading, Sentence, read

_STOPS = frozenset((",", ";", ":", "–", "—", "(", ")"))
_OPENING = frozenset("„“”»«‚‘›‹\":–—")
_BEFORE_BUT, _AFTER_BUT = 0.6, 1.25  # "zwar gut, aber teuer": what comes after the contrast counts more
_IRONY = -0.4  # one praising word in quotation marks is a distance, not praise
_NEGATED_PRAISE, _NEGATED_BLAME = -0.8, -0.4  # "nicht schlecht" is less praise than "schlecht" is blame
_QUESTION = 0.5
_INTERVIEW_ANSWER = 0.15
_CONCLUSION = 1.6
_NAMES_TARGET = 1.3
_LEAD, _CLOSE = 1.2, 1.4
_SAME_WORD = 7  # letters that make two forms the same word
_MOST = 3.0  # one sentence says no more than this on either side


@dataclass(frozen=True, slots=True)
class StanceVote:
    """One sentence's vote.

    Attributes:
        span: The sentence.
        polarity: 1 for, -1 against, 0 both alike.
        weight: Signed weight: own-voice praise less blame, after position and voice.
        why: The words that carry it with their values; for somebody else's voice the sign of it.
    """

    span: Span
    polarity: int
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Stance:
    """The article's own evaluation of its main target.

    Attributes:
        target: Main evaluated object, None where none was found.
        target_type: product, company, technology, policy, person or other; None without target.
        stance: favor, against, mixed or neutral; None exactly where `target` is.
        confidence: Calibrated probability that `stance` is right (mixed counted as neutral), None without target.
        evidence: Up to three sentences in reading order; empty for neutral.
        votes: Every sentence that votes, in reading order.
    """

    target: str | None
    target_type: str | None
    stance: str | None
    confidence: float | None
    evidence: tuple[Span, ...] = ()
    votes: tuple[StanceVote, ...] = ()


@dataclass(frozen=True, slots=True)
class _Values:
    """What the evaluative words of one sentence add up to, before voice and position."""

    praise: float
    blame: float
    strong: float
    person: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StanceLabeler:
    """Says whether an article is for or against its main target.

    Attributes:
        max_chars: How much of an article is read; of a longer one the last sixth of this is its close.
        lexicon: Evaluative words.
        model: How sums become a stance and a confidence.
    """

    max_chars: int = 9000
    lexicon: StanceLexicon = field(default_factory=load, repr=False)
    model: StanceModel = field(default_factory=load_model, repr=False)

    def __post_init__(self) -> None:
        if self.max_chars < 600:
            raise ValueError(f"label.stance.max_chars must be at least 600, got {self.max_chars}")

    def __call__(self, document: Document, genre: str, topic: str) -> Stance:
        """Stance of one article.

        Args:
            document: The article.
            genre: Its genre key.
            topic: Its topic key.

        Returns:
            The stance with target, confidence, evidence and votes.
        """
        target = find_target(document)
        votes, features = self.measure(document, target, genre)
        if target is None:
            return Stance(None, None, None, None, (), votes)
        stance, confidence = self.model.decide(features, genre)
        return Stance(target.name, target.kind, stance, confidence, evidence_of(votes, stance), votes)

    def measure(self, document: Document, target: Target | None, genre: str) -> tuple[tuple[StanceVote, ...], Features]:
        """The sentences' votes and the sums that the model decides on."""
        text = document.text
        reading = read(text[: self.max_chars])
        mentions = target.mentions if target else frozenset()
        votes: list[StanceVote] = []
        praise = blame = strong = near = 0.0
        person = own = questions = exclaims = 0
        last = reading.sentences[-1].paragraph if reading.sentences else 0
        concluding = False
        entries = self._entries(reading)
        used: Counter[str] = Counter()
        for index, sentence in enumerate(reading.sentences):
            final = text[sentence.end - 1]
            short = sentence.last - sentence.first <= 5
            first = entries[sentence.first]
            if first is not None and first.role == "conclusions" and (short or reading.forms[sentence.first + 1] == ":"):
                concluding = True
            if sentence.voice == 1.0:
                own += 1
                questions += final == "?"
                exclaims += final == "!"
            values = self._values(reading, entries, sentence, used)
            if values is None:
                continue
            weight = sentence.voice
            if genre == "interview" and final != "?":
                weight *= _INTERVIEW_ANSWER
            if weight == 1.0:
                person += values.person
                strong += values.strong
            if not (values.praise or values.blame):
                continue
            weight *= _LEAD if index < 3 else _CLOSE if last > 4 and sentence.paragraph >= last - 1 else 1.0
            weight *= (_CONCLUSION if concluding else 1.0) * (_QUESTION if final == "?" else 1.0)
            names = bool(mentions) and not mentions.isdisjoint(reading.forms[sentence.first : sentence.last])
            weight *= _NAMES_TARGET if names else 1.0
            up, down = values.praise * weight, values.blame * weight
            near += (up - down) if names else 0.0
            praise, blame = praise + up, blame + down
            span = Span(sentence.start, sentence.end, text[sentence.start : sentence.end])
            why = ", ".join(values.why) + (f" ({sentence.source})" if sentence.source else "")
            votes.append(StanceVote(span, (up > down) - (up < down), round(up - down, 6), why))
        title = self._title(document.title or "")
        features = Features(
            praise=praise,
            blame=blame,
            title=title.praise - title.blame if title else 0.0,
            near=near,
            strong=strong,
            person=person + (title.person if title else 0),
            questions=questions,
            exclaims=exclaims,
            own=own,
            sentences=len(reading.sentences),
        )
        return tuple(votes), features

    def _entries(self, reading: Reading) -> list[Entry | None]:
        """What the lexicon knows about each token, compounds by their tail."""
        get = self.lexicon.entries.get
        found: list[Entry | None] = [get(form) for form in reading.forms]
        for i, token in enumerate(reading.tokens):
            if len(token) > 8 and found[i] is None and token[0].isupper() and (term := compound_of(reading.forms[i])):
                found[i] = Entry(noun=term)
        return found

    def _title(self, title: str) -> _Values | None:
        """Own-voice values of the headline."""
        reading = read(title)
        if not reading.sentences or reading.sentences[0].voice < 1.0:
            return None
        whole = Sentence(0, len(title), 0, len(reading.tokens), 0, 1.0, "")
        return self._values(reading, self._entries(reading), whole, None)

    def _values(
        self, reading: Reading, entries: Sequence[Entry | None], sentence: Sentence, used: Counter[str] | None
    ) -> _Values | None:
        """Praise, blame and signs of a person in one sentence, None where nothing in it is evaluative.

        `used` counts the article's evaluative words so far; None for a headline.
        """
        known = [i for i in range(sentence.first, sentence.last) if entries[i] is not None]
        if not known:
            return None
        words = reading.forms
        praise = blame = strong = 0.0
        person, after = 0, sentence.first
        why: list[str] = []
        contrast = self._contrast(entries, words, sentence, known)
        for i in known:
            entry = entries[i]
            if i < after or entry is None:
                continue
            size, term = self._longest(entry, reading, i, sentence)
            person += entry.subjective or (term is not None and term.group == "subjective")
            if term is None:
                continue
            after = i + size
            if not term.polarity or reading.quoted[i] == 1 or (term.headline and used is not None):
                continue
            value = self._scoped(words, entries, sentence, i, size, term)
            if reading.quoted[i] == 2:
                value *= _IRONY if value > 0 and size == 1 else 0.0
            if used is not None:
                # What an article keeps naming is its subject, not a new judgement each time.
                key = words[i][:_SAME_WORD]
                used[key] += 1
                value /= used[key]
            if contrast >= 0:
                value *= _BEFORE_BUT if i < contrast else _AFTER_BUT
            praise, blame = praise + max(value, 0.0), blame + max(-value, 0.0)
            strong += abs(term.polarity) >= 2
            if value:
                why.append(f"{' '.join(words[i : i + size])} {value:+.2f}")
        return _Values(min(praise, _MOST), min(blame, _MOST), strong, person, tuple(why)) if why or person else None

    @staticmethod
    def _longest(entry: Entry, reading: Reading, at: int, sentence: Sentence) -> tuple[int, Term | None]:
        """The longest phrase that starts at a word, else the word's own term as its capital or small letter allows."""
        for rest, term in entry.phrases:
            if at + len(rest) < sentence.last and follows(reading.forms, at + 1, rest):
                return 1 + len(rest), term
        if not reading.tokens[at][0].isupper():
            return 1, entry.term
        # The first word of a sentence is capitalised whatever it is.
        initial = at == sentence.first or reading.tokens[at - 1] in _OPENING
        return 1, entry.noun or (entry.term if initial else None)

    @staticmethod
    def _contrast(entries: Sequence[Entry | None], words: Sequence[str], sentence: Sentence, known: Sequence[int]) -> int:
        """Index of the `aber` that turns a sentence (after a comma or after `zwar`), -1 where there is none."""
        for i in known:
            entry = entries[i]
            if entry is not None and entry.role == "contrast" and i > sentence.first + 1:
                if words[i - 1] in (",", "–", "—", ";") or "zwar" in words[sentence.first : i]:
                    return i
        return -1

    def _scoped(self, words: Sequence[str], entries: Sequence[Entry | None], sentence: Sentence, at: int, size: int, term: Term) -> float:
        """A term's polarity after the negation, degree words and conditionals of its clause."""
        value, negated = term.polarity, False
        for k in range(at - 1, max(sentence.first, at - 5) - 1, -1):
            word, entry = words[k], entries[k]
            if word in _STOPS or word in ("aber", "sondern", "doch"):
                break
            if entry is None:
                continue
            if entry.role == "negators":
                following = entries[k + 1]
                negated ^= following is None or following.role != "exempt"
            elif entry.factor != 1.0 and k >= at - 2:
                value *= entry.factor
        if term.verb:
            # In a main clause the verb stands before its negation: "überzeugt im Alltag nicht".
            for k in range(at + size, min(sentence.last, at + size + 6)):
                if words[k] in _STOPS or words[k] == "sondern":
                    break
                if words[k] == "nicht" and not (k + 1 < sentence.last and (e := entries[k + 1]) is not None and e.role == "exempt"):
                    negated = True
        if negated:
            value *= _NEGATED_PRAISE if value > 0 else _NEGATED_BLAME
        if any(e is not None and e.role == "conditionals" for e in entries[sentence.first : at]):
            value *= self.lexicon.conditional
        return value


def evidence_of(votes: Sequence[StanceVote], stance: str) -> tuple[Span, ...]:
    """The three sentences that vote most clearly for the stance, in reading order."""
    if stance == "neutral":
        return ()
    sides = {"favor": (1,), "against": (-1,), "mixed": (1, -1)}[stance]
    chosen = sorted((v for v in votes if v.polarity in sides), key=lambda v: (-abs(v.weight), v.span.start))[:3]
    return tuple(v.span for v in sorted(chosen, key=lambda v: v.span.start))
