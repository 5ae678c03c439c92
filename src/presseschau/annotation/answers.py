"""What goes out to annotators and what comes back, whatever the tool: items, annotations, quotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from presseschau.annotation.articles import Article
from presseschau.annotation.edited import content_of, lines_of
from presseschau.annotation.human import Purpose
from presseschau.document import Span
from presseschau.label.scheme import Scheme
from presseschau.label.stance_target import KINDS
from presseschau.spreadsheet import read_rows, uncell

LABEL_COLUMNS = ("topic", "topic_secondary", "genre", "stance", "stance_target_type")
EVIDENCE = "evidence"


@contextmanager
def located(where: str, tool: str | None = None) -> Iterator[None]:
    """Names file and place in what is wrong with an answer; with a tool also where it is not as that exports it."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        if tool is None:
            raise
        raise ValueError(f"{where}: is not as {tool} exports it ({error!r})") from None


@dataclass(frozen=True, slots=True)
class Item:
    """An article that people are asked about.

    Attributes:
        article: The article; its labels are shown only where the purpose is training.
        purpose: `validation` (blind) or `training` (with the rules' labels as pre-annotation).
        inclusion_probability: With which the sample took it, None for a selective one.
        why: What it was chosen for; not given with a validation set, since a stratum tells the rules' label.
    """

    article: Article
    purpose: Purpose
    inclusion_probability: float | None
    why: str

    @property
    def data(self) -> dict[str, str | float | None]:
        """What the tool is given besides labels."""
        own: dict[str, str | float | None] = {
            "article_id": self.article.id,
            "title": self.article.document.title or "",
            "text": self.article.document.text,
            "url": self.article.document.url,
            "text_sha256": self.article.text_sha256,
            "purpose": self.purpose,
            "inclusion_probability": self.inclusion_probability,
        }
        return own if self.purpose == "validation" else {**own, "why": self.why}


@dataclass(frozen=True, slots=True)
class Quote:
    """A marked passage as a tool gives it: offsets of some kind, its text, or both."""

    start: int | None
    end: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one annotator said about one article.

    Attributes:
        id: The article.
        annotator: Name or number of the person.
        where: File and task or line, for messages.
        labels: The columns of `LABEL_COLUMNS` and `stance_target` that were filled in, as keys of the scheme.
        quotes: Marked evidence, not yet looked up in the text.
        text_sha256: Hash of the text that was shown, None where the tool lost it.
        purpose: As exported, None where the tool lost it.
        inclusion_probability: As exported.
        settled: Whether this is the word of an adjudicator (ground truth in Label Studio).
        blind: False where the annotation was made from a pre-annotation.
        stamp: When, as the tool wrote it; orders several annotations of one person.
    """

    id: str
    annotator: str
    where: str
    labels: Mapping[str, str]
    quotes: tuple[Quote, ...] = ()
    text_sha256: str | None = None
    purpose: Purpose | None = None
    inclusion_probability: float | None = None
    settled: bool = False
    blind: bool = True
    stamp: str = ""

    def __post_init__(self) -> None:
        """Checks what came from a file that anybody may have edited."""
        texts = (("article_id", self.id), *self.labels.items())
        for name, value in (*texts, *((f"quote {n}", q.text) for n, q in enumerate(self.quotes, 1))):
            if not isinstance(value, str) and not (value is None and name.startswith("quote")):
                raise ValueError(f"{name} must be text, not {value!r:.60}")
        if self.purpose not in ("validation", "training", None):
            raise ValueError(f"unknown purpose {self.purpose!r:.60}; known: validation, training")

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self.where.rsplit(" ", 2)[0]  # then comes "task 3" or "line 3"


@dataclass(slots=True)
class Answers:
    """What a reader found in a file of a tool: annotations, and what was left out.

    Attributes:
        annotations: What people said.
        cancelled: Answers that were cancelled or skipped.
        empty: Answers without any label.
        unread: Rows with the rules' labels that nobody has marked as done.
        drawn: Purpose and article → largest inclusion probability in any file, answered or not: a larger sample holds
            the smaller one of the same draw, and its probability is that of both together.
    """

    annotations: list[Annotation] = field(default_factory=list)
    cancelled: int = 0
    empty: int = 0
    unread: int = 0
    drawn: dict[tuple[str | None, str], float] = field(default_factory=dict)

    def draw(self, purpose: str | None, article: str, probability: float | None) -> None:
        """Notes that a sample took an article, answered or not.

        Raises:
            ValueError: It is no probability.
        """
        if probability is None:
            return
        if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 < probability <= 1:
            raise ValueError(f"inclusion_probability {probability!r:.60} must be above 0 and at most 1")
        key = purpose, article
        self.drawn[key] = max(probability, self.drawn.get(key, 0.0))

    def extend(self, other: Answers) -> None:
        """Adds what another file holds."""
        self.annotations += other.annotations
        self.cancelled += other.cancelled
        self.empty += other.empty
        self.unread += other.unread
        for key, probability in other.drawn.items():
            self.draw(*key, probability)


def ids_in(path: Path) -> set[str]:
    """The articles of a label file, or of tasks in any of the formats.

    Raises:
        ValueError: The file can't be read or holds neither.
    """
    if path.suffix.lower() == ".csv":
        return {uncell(row["article_id"]) for _, row in read_rows(path, ("article_id",))}
    try:
        if path.suffix == ".json":
            return {task["data"]["article_id"] for task in orjson.loads(content_of(path))}
        rows = [orjson.loads(line) for _, line in lines_of(path)]
        return {row["article_id"] if "article_id" in row else row["id"] for row in rows}
    except (KeyError, TypeError, orjson.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: holds no tasks and no labels ({error})") from None


def classes_of(scheme: Scheme, column: str) -> dict[str, str]:
    """Key and display name of each class that a column can take, in schema order."""
    if column == "stance_target_type":
        return {key: key for key in KINDS}
    return {c.key: c.name for c in getattr(scheme, column.removesuffix("_secondary")).classes}


def key_of_class(scheme: Scheme, column: str, value: str) -> str:
    """The scheme's key for what a tool or a person wrote: a key or a display name, capitals aside.

    Raises:
        ValueError: The scheme has no such class.
    """
    classes = classes_of(scheme, column)
    cleaned = value.strip()
    for said in (str, str.casefold):  # as it stands first: two classes may differ by their capitals only
        for names in (classes, classes.values()):
            for key, name in zip(classes, names, strict=True):
                if said(name) == said(cleaned):
                    return key
    raise ValueError(f"unknown {column} {value!r}; known: {', '.join(classes)}")


def resolve(text: str, quote: Quote) -> Span | None:
    """The passage of the text that a quote means, by code points; None where there is none.

    Newer versions of Label Studio count code points, older ones UTF-16 units; the marked words, where they are given,
    tell which. A quote whose offsets fit neither is looked up by its words, nearest to where it was said to be.

    >>> resolve("😀 Das ist gut.", Quote(9, 12, "ist")), resolve("😀 Das ist gut.", Quote(7, 10, "ist"))
    (Span(start=6, end=9, text='ist'), Span(start=6, end=9, text='ist'))
    """
    wanted = None if quote.text is None else _squeezed(quote.text.replace("\\n", "\n"))
    if quote.start is not None and quote.end is not None:
        start, end = quote.start, quote.end
        if 0 <= start < end <= len(text) and wanted in (None, _squeezed(text[start:end])):
            return _trimmed(text, start, end)
        start, end = _from_utf16(text, start), _from_utf16(text, end)
        if wanted and wanted == _squeezed(text[start:end]):
            return _trimmed(text, start, end)
    return _search(text, wanted, quote.start or 0) if wanted else None


def _search(text: str, wanted: str, near: int) -> Span | None:
    """The words in the text, whatever white space is between them; of several places the nearest."""
    squeezed, at = list[str](), list[int]()
    for i, char in enumerate(text):
        if not char.isspace():
            squeezed.append(char)
            at.append(i)
        elif squeezed and squeezed[-1] != " ":
            squeezed.append(" ")
            at.append(i)
    flat, places = "".join(squeezed), list[int]()
    found = flat.find(wanted)
    while found >= 0:
        places.append(found)
        found = flat.find(wanted, found + 1)
    if not places:
        return None
    best = min(places, key=lambda p: abs(at[p] - near))
    start, end = at[best], at[best + len(wanted) - 1] + 1
    return Span(start, end, text[start:end])


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    return Span(start, start + len(piece), piece) if piece else None


def _from_utf16(text: str, units: int) -> int:
    """Code points for a number of UTF-16 units from the start of the text."""
    return len(text.encode("utf-16-le", "replace")[: 2 * max(0, units)].decode("utf-16-le", "ignore"))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
