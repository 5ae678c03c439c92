"""A language model that is asked about each article and never trained, by the annotator's client (extra `llm`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from presseschau.annotation.articles import Article
from presseschau.annotation.human import HumanLabel
from presseschau.annotation.llm import Llm, LlmError, Tally, annotate, estimate
from presseschau.benchmark.data import Examples, Floats
from presseschau.benchmark.models.keywords import check_labels, scheme_of
from presseschau.benchmark.models.model import Model, confident
from presseschau.config import ConfigError
from presseschau.document import Document
from presseschau.stable import sha256


@dataclass(slots=True)
class ZeroShot(Model):
    """The annotator's question, made from the label scheme, to any OpenAI-compatible endpoint.

    Nothing is sent unless `llm.enabled`. Questions and cache are those of `annotate.py action=llm`: what was answered
    there is not asked again. For stance the model names its own target.

    Attributes:
        llm: The endpoint; its options are those of `label.llm` in `configs/annotate.yaml`.
        scheme: Label scheme file, None for the built-in one.
    """

    costly: ClassVar[bool] = True
    probabilities: ClassVar[str] = "the model's own certainty, the rest spread evenly; 0 throughout where it abstains"
    llm: Llm
    scheme: Path | None = None
    _spent: dict[str, Any] = field(init=False, default_factory=dict)

    def before(self, asked: Sequence[Examples]) -> str | None:
        """Counts what would be sent, on standard error where it may be."""
        articles = (article for examples in asked for article in _articles(examples))
        told = estimate(self.llm, articles, scheme_of(self.scheme)).told(self.llm, "model.llm")
        if not self.llm.enabled:
            return f"{told}\nnothing was sent; model.llm.enabled=true sends the articles' texts to model.llm.base_url"
        print(told, file=sys.stderr)
        return None

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:  # noqa: ARG002 it learns nothing
        """Checks that the scheme has the labels of train."""
        if find_spec("httpx") is None:
            raise ConfigError("model=zero_shot needs an extra: pip install 'presseschau[llm]'")
        check_labels(train, self.scheme, "zero_shot")

    def predict_proba(self, examples: Examples) -> Floats:
        """The model's certainty on its label; zeros where it abstains.

        Raises:
            LlmError: The endpoint refuses, or has no answer to some articles.
        """
        task, place = examples.corpus.task, {label: i for i, label in enumerate(examples.labels)}
        told: list[tuple[int | None, float]] = [
            (place.get(said.labels.get(task, "")), said.confidence.get(task, 0.0)) if said else (None, 0.0)
            for said in self._answers(examples)
        ]
        return confident(told, len(place))

    def targets(self, examples: Examples) -> list[str | None]:
        """The stance target that the model names for each article."""
        return [said.labels.get("stance_target") if said else None for said in self._answers(examples)]

    def made(self, source: str, labeler: str | None) -> bool:
        """Labels of the same language model are its own, whatever the wording of the question."""
        own = self.llm.labeler.rpartition("/")[0]
        return "llm" in source and f"+{own}/" in f"+{labeler}"  # the model's name may hold a plus, too

    @property
    def spent(self) -> dict[str, Any]:
        """Requests and tokens of this run; answers from the cache cost nothing."""
        return dict(self._spent)

    def _answers(self, examples: Examples) -> list[HumanLabel | None]:
        from tqdm import tqdm

        with tqdm(total=len(examples), unit="article", desc="asked", disable=None, leave=False) as bar:

            def show(_: Tally) -> None:
                bar.update()

            labels, tally = annotate(self.llm, _articles(examples), scheme_of(self.scheme), show)
        for name in ("sent", "retried", "second_tries", "prompt_tokens", "completion_tokens"):
            self._spent[name] = self._spent.get(name, 0) + getattr(tally, name)
        self._spent["cost"] = self.llm.cost(self._spent["prompt_tokens"], self._spent["completion_tokens"])
        if tally.unanswered:
            raise LlmError(f"{len(tally.unanswered)} articles got no answer; the same command goes on where it stopped")
        found = {label.id: label for label in labels}
        return [found.get(_number(i)) for i in range(len(examples))]


def _number(i: int) -> str:
    return f"{i:09d}"


def _articles(examples: Examples) -> Iterator[Article]:
    for i, (title, text) in enumerate(examples.parts()):
        yield Article(_number(i), Document(text=text, title=title or None), sha256(text), {})
