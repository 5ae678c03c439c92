"""Stance of an article toward its main target: own-voice evaluation summed over sentences, read against the genre.

Each own-voice sentence votes with the evaluative words it holds, after negation, degree words, conditionals, contrast
and irony, weighed by where it stands and whether it names the target. `stance_model` turns the sums into a stance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from presseschau.document import Document, Span
from presseschau.label.polarity import Values, judging_in, values_of
from presseschau.label.sentences import tokenize
from presseschau.label.stance_lexicon import Entry, StanceLexicon, load
from presseschau.label.stance_model import Features, Genre, StanceModel, likeliest, load_model
from presseschau.label.stance_target import Target, find_target
from presseschau.label.voice import Reading, Sentence, read, speaks_for_other

_QUESTION = 0.5  # a question judges half
_INTERVIEW_ANSWER = 0.15  # the interviewee's judgement is not the article's
_SENDER = 0.6  # whom a press release quotes speaks for the sender, more often than not
_CONCLUSION = 1.6  # after "Fazit"
_NAMES_TARGET = 1.3
_LEAD, _CLOSE = 1.2, 1.4
_LEAD_SENTENCES = 3
_LEAD_CHARS = 500
_HEADING = 5  # tokens
_EVIDENCE = 3  # passages
_QUOTE = 15  # words of a passage
_ROOM = 4  # words of a passage that the focus leaves behind it
_OF_PRODUCTS = ("review", "deal")  # what these are about is a product, whatever its name says
_BORDERS = frozenset((",", ";", ":", "–", "—"))


class StanceVote(NamedTuple):
    """One sentence's vote.

    Attributes:
        text: The article's text.
        sentence: The sentence.
        values: What its words say.
        focus: Code-point offset of the word that weighs most.
        weight: Signed weight: own-voice praise less blame, after position and voice.
        own: Whether the article speaks itself; only then the sentence can be evidence.
    """

    text: str
    sentence: Sentence
    values: Values
    focus: int
    weight: float
    own: bool

    @property
    def span(self) -> Span:
        """The sentence in the text."""
        start, end = self.sentence.start, self.sentence.end
        return Span(start, end, self.text[start:end])

    @property
    def why(self) -> str:
        """The words that carry it with their values; for somebody else's voice the sign of it."""
        return ", ".join(self.values.why) + (f" ({self.sentence.source})" if self.sentence.source else "")

    @property
    def polarity(self) -> int:
        """1 for, -1 against, 0 both alike."""
        return (self.weight > 0) - (self.weight < 0)


@dataclass(frozen=True, slots=True)
class Stance:
    """The article's own evaluation of its main target.

    Attributes:
        target: Main evaluated object, None where none was found.
        target_type: product, company, technology, policy, person or other; None without target.
        stance: favor, against, mixed or neutral; None exactly where `target` is.
        confidence: Calibrated probability that `stance` is right (mixed counted as neutral), None without target.
        evidence: Up to three passages of at most 15 words, in reading order; empty for neutral.
        votes: Every sentence that votes, in reading order.
    """

    target: str | None = None
    target_type: str | None = None
    stance: str | None = None
    confidence: float | None = None
    evidence: tuple[Span, ...] = ()
    votes: tuple[StanceVote, ...] = ()


@dataclass(frozen=True, slots=True)
class StanceLabeler:
    """Says whether an article is for or against its main target.

    Attributes:
        max_chars: How much of an article is read, code points.
        lexicon: Evaluative words.
        model: How sums become a stance and a confidence.
    """

    max_chars: int = 9000
    lexicon: StanceLexicon = field(default_factory=load, repr=False)
    model: StanceModel = field(default_factory=load_model, repr=False)

    def __post_init__(self) -> None:
        if self.max_chars < 600:
            raise ValueError(f"max_chars must be at least 600, got {self.max_chars}")

    def __call__(self, document: Document, genre: Genre) -> Stance:
        """Stance of one article.

        Args:
            document: The article.
            genre: Its genre key, or how likely each genre is.

        Returns:
            The stance with target, confidence, evidence and votes.
        """
        reading = read(document.text[: self.max_chars])
        target = find_target(document, reading)
        votes, features = self.measure(document, reading, target, genre)
        if target is None:
            return Stance(votes=votes)
        stance, confidence = self.model.decide(features, genre)
        kind = "product" if target.kind == "other" and likeliest(genre) in _OF_PRODUCTS else target.kind
        return Stance(target.name, kind, stance, confidence, evidence_of(votes, stance), votes)

    def features(self, document: Document, genre: Genre) -> Features:
        """What the model decides on, for `fit_stance` on another reference."""
        reading = read(document.text[: self.max_chars])
        return self.measure(document, reading, find_target(document, reading), genre)[1]

    def measure(
        self,
        document: Document,
        reading: Reading,
        target: Target | None,
        genre: Genre,
        only: frozenset[int] | None = None,
    ) -> tuple[tuple[StanceVote, ...], Features]:
        """The sentences' votes, and the sums that the model decides on.

        Args:
            document: The article.
            reading: Its text, read.
            target: Sentences that name it weigh more.
            genre: Its genre key, or how likely each is; an interview's answers hardly count.
            only: Sentences to read, by number; all by default.
        """
        sentences = reading.sentences
        chosen = range(len(sentences)) if only is None else sorted(only)
        judging, conclusion = _by_sentence(reading, self.lexicon), _conclusion(reading, self.lexicon)
        used: Counter[str] = Counter()
        votes: list[StanceVote] = []
        praise = blame = lead = 0.0
        strong = 0
        label = likeliest(genre)
        sender = label == "press_release"
        for index in filter(judging.__contains__, chosen):
            sentence = sentences[index]
            weight = sentence.voice
            if label == "interview" and document.text[sentence.end - 1] != "?":
                weight *= _INTERVIEW_ANSWER
            elif sender:
                weight = max(weight, _SENDER)
            own_voice = weight >= _SENDER
            counted = used if own_voice else Counter()
            values = values_of(reading, judging[index], sentence, self.lexicon, counted, sender)
            if values is None:
                continue
            strong += values.strong if own_voice else 0
            names = target is not None and not target.mentions.isdisjoint(reading.forms[sentence.first : sentence.last])
            weight *= _place(reading, index, conclusion) * (_NAMES_TARGET if names else 1.0)
            up, down = values.praise * weight, values.blame * weight
            praise, blame = praise + up, blame + down
            lead += abs(up - down) if sentence.start < _LEAD_CHARS else 0.0
            focus = reading.starts[values.focus]
            votes.append(StanceVote(document.text, sentence, values, focus, round(up - down, 6), own_voice))
        title = self._title(document.title or "")
        return tuple(votes), Features(
            praise=praise,
            blame=blame,
            lead=lead,
            title=title.praise - title.blame if title else 0.0,
            strong=strong,
            own=sum(sentences[index].voice == 1.0 for index in chosen),
            judging=sum(v.own and v.polarity != 0 for v in votes),
        )

    def _title(self, title: str) -> Values | None:
        """Own-voice values of the headline, None where it is somebody else's or judges nothing."""
        reading = read(title)
        if not reading.tokens or speaks_for_other(reading):
            return None
        whole = Sentence(0, len(title), 0, len(reading.tokens), 0, 1.0, "")
        values = values_of(reading, judging_in(reading, self.lexicon), whole, self.lexicon, None)
        if values is None or reading.tokens[-1] != "?":
            return values
        return values._replace(praise=values.praise * _QUESTION, blame=values.blame * _QUESTION)


def evidence_of(votes: Sequence[StanceVote], stance: str) -> tuple[Span, ...]:
    """The passages that vote most clearly for the stance, in reading order; both sides for mixed, none for neutral."""
    if stance == "neutral":
        return ()
    sides = {"favor": (1,), "against": (-1,), "mixed": (1, -1)}[stance]
    fitting = [v for v in votes if v.own and v.polarity in sides]
    ranked = sorted(fitting, key=lambda v: (-abs(v.weight), v.sentence.start))
    chosen = ranked[:_EVIDENCE]
    missing = [s for s in sides if all(v.polarity != s for v in chosen)]
    if missing and (other := next((v for v in ranked if v.polarity in missing), None)) is not None:
        chosen = [*chosen[: _EVIDENCE - 1], other]
    return tuple(_quote(v) for v in sorted(chosen, key=lambda v: v.sentence.start))


def _by_sentence(reading: Reading, lexicon: StanceLexicon) -> dict[int, dict[int, Entry]]:
    """Sentences that hold a word which can judge, by number; their words by index."""
    firsts = [sentence.first for sentence in reading.sentences]
    found: dict[int, dict[int, Entry]] = {}
    for at, entry in judging_in(reading, lexicon).items():
        index = bisect_right(firsts, at) - 1
        found.setdefault(index, {})[at] = entry
    return found


def _conclusion(reading: Reading, lexicon: StanceLexicon) -> int:
    """Number of the first sentence of the conclusion ("Fazit"), that of the sentences where there is none."""
    conclusions, forms = lexicon.roles["conclusions"], reading.forms
    for index, sentence in enumerate(reading.sentences):
        if forms[sentence.first] in conclusions and (
            sentence.last - sentence.first <= _HEADING or forms[sentence.first + 1] == ":"
        ):
            return index
    return len(reading.sentences)


def _place(reading: Reading, index: int, conclusion: int) -> float:
    """Weight of a sentence by where it stands: lead, close, after "Fazit"; a question judges half."""
    sentence, last = reading.sentences[index], reading.sentences[-1].paragraph
    place = _LEAD if index < _LEAD_SENTENCES else _CLOSE if last > 4 and sentence.paragraph >= last - 1 else 1.0
    asks = reading.tokens[sentence.last - 1].startswith("?")
    return place * (_CONCLUSION if index >= conclusion else 1.0) * (_QUESTION if asks else 1.0)


def _quote(vote: StanceVote) -> Span:
    """The sentence; of a long one the words around the one that weighs most, from a clause border where one is near."""
    span = vote.span
    tokens, _, starts = tokenize(span.text)
    words = [i for i, token in enumerate(tokens) if token[0].isalnum()]
    if len(words) <= _QUOTE:
        return span
    at = max((k for k, i in enumerate(words) if starts[i] <= vote.focus - span.start), default=0)
    first = max(0, min(at - _QUOTE // 2, len(words) - _QUOTE))
    for k in range(max(1, at - _QUOTE + _ROOM), at + 1):
        if tokens[words[k] - 1] in _BORDERS:
            first = k
    final = words[min(first + _QUOTE, len(words)) - 1]
    start, end = span.start + starts[words[first]], span.start + starts[final] + len(tokens[final])
    return Span(start, end, vote.text[start:end])
