"""The labeler itself, on title and text alone: the mirror that a model has to beat; and its terms, to be masked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.features import mapped
from presseschau.benchmark.models.model import Model, confident
from presseschau.config import ConfigError

if TYPE_CHECKING:
    from presseschau.label.lexicon import Lexicon
    from presseschau.label.scheme import Scheme

Answer = tuple[str | None, float, str | None]


@dataclass(slots=True)
class Keywords(Model):
    """The rules that label a build, without section, keywords and URL. Learns nothing.

    Attributes:
        scheme: Label scheme file, None for the built-in one.
    """

    probabilities: ClassVar[str] = "the labeler's calibrated confidence, the rest spread evenly"
    scheme: Path | None = None

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:  # noqa: ARG002 rules are fixed
        """Checks that the labeler knows the labels of train."""
        check_labels(train, self.scheme, "keywords")

    def predict_proba(self, examples: Examples) -> Floats:
        """The labeler's confidence on its label; no stance found counts as neutral."""
        task, place = examples.corpus.task, {label: i for i, label in enumerate(examples.labels)}
        answers = [
            (place.get(label or ("neutral" if task == "stance" else "")), confidence)
            for label, confidence, _ in self._answers(examples)
        ]
        return confident(answers, len(place))

    def targets(self, examples: Examples) -> list[str | None]:
        """The stance target that the labeler finds in each article."""
        return [target for _, _, target in self._answers(examples)]

    def made(self, source: str, labeler: str | None) -> bool:  # noqa: ARG002 one set of rules
        """Labels by rules are its own."""
        return "rules" in source

    def _answers(self, examples: Examples) -> list[Answer]:
        work = partial(_label_chunk, examples.corpus.task, self.scheme)
        return [a for part in mapped(work, examples.parts(), len(examples), self.workers) for a in part]


def scheme_of(path: Path | None) -> Scheme:
    """The label scheme of a file with its lexicons, None for the built-in one.

    Raises:
        ConfigError: The file is no scheme.
    """
    from presseschau.label import load_scheme

    try:
        scheme = load_scheme(path)
        for task in (scheme.topic, scheme.genre) if path else ():
            task.build_lexicon()
    except ValueError as error:
        raise ConfigError(f"model.scheme={path}: {error}") from error
    return scheme


def check_labels(train: Examples, scheme: Path | None, model: str) -> None:
    """Whether a scheme has all labels of train.

    Raises:
        ConfigError: It lacks one.
    """
    task = train.corpus.task
    known = getattr(scheme_of(scheme), task).keys
    strange = sorted({train.labels[i] for i in np.unique(train.y)} - set(known))
    if strange:
        raise ConfigError(
            f"model={model} labels {task} by its scheme, which has no {strange[0]!r}: "
            "say model.scheme=FILE, or take another model"
        )


def _label_chunk(task: str, scheme: Path | None, parts: list[tuple[str, str]]) -> list[Answer]:
    from presseschau.document import Document
    from presseschau.label import Labeler

    labeler = Labeler(scheme=scheme, sections=False, keywords=False, stance=task == "stance")
    answers: list[Answer] = []
    for title, text in parts:
        labels = labeler.label(Document(text=text, title=title or None))
        if task == "stance":
            answers.append((labels.stance, labels.stance_confidence or 0.0, labels.stance_target))
        elif task == "genre":
            answers.append((labels.genre, labels.genre_confidence, None))
        else:
            answers.append((labels.topic, labels.topic_confidence, None))
    return answers


@cache
def masker(task: str) -> Callable[[str], str]:
    """Takes the words out of a text that the labeler's lexicon for the task knows, whole words with their compounds."""
    return _mask_stance if task == "stance" else partial(_mask_terms, task)


_WORD = re.compile(r"\w+")


def _mask_terms(task: str, text: str) -> str:
    from presseschau.label.folding import fold

    folded = fold(text)
    found = [
        (folded.offset(m.start), folded.offset(m.end - 1) + 1) for m in _lexicon(task).find(folded) if m.term.weight
    ]
    return _without(text, found)


@cache
def _lexicon(task: str) -> Lexicon:
    from presseschau.label import load_scheme

    scheme = load_scheme()
    return (scheme.genre if task == "genre" else scheme.topic).build_lexicon()


def _mask_stance(text: str) -> str:
    from presseschau.label.polarity import entries_of
    from presseschau.label.stance_lexicon import load
    from presseschau.label.voice import read

    reading = read(text)
    entries, forms, found = entries_of(reading, load()), reading.forms, []
    for i, entry in enumerate(entries):
        if entry is None:
            continue
        length = 1 if entry.term or entry.noun else 0
        for words, _ in entry.phrases.get(forms[i + 1], ()) if i + 1 < len(forms) else ():
            if forms[i + 1 : i + 1 + len(words)] == words:
                length = max(length, 1 + len(words))
        if length:
            last = i + length - 1
            found.append((reading.starts[i], reading.starts[last] + len(reading.tokens[last])))
    return _without(text, found)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without every word that a span touches."""
    if not spans:
        return text
    kept, last, spans, at = [], 0, sorted(spans), 0
    for word in _WORD.finditer(text):
        while at < len(spans) and spans[at][1] <= word.start():
            at += 1
        if at < len(spans) and spans[at][0] < word.end():
            kept.append(text[last : word.start()])
            last = word.end()
    kept.append(text[last:])
    return "".join(kept)
