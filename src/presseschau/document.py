"""The few shapes that travel through a build: a page, a document, a drop, its labels.

Everything here is frozen and typed; a stage answers with a new value or with a `Drop` that says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

PageKind: TypeAlias = Literal["html", "text"]
Outcome: TypeAlias = Literal["dropped", "failed"]
Stage: TypeAlias = Literal["read", "extract", "filter", "dedup", "label", "split", "publish"]


@dataclass(frozen=True, slots=True)
class Page:
    """One input record as it was read; bytes stay bytes until the extractor decides their encoding.

    Attributes:
        source: Where it came from, relative to the input root: `a/b.html.gz`, `dump.jsonl#12`, `x.warc.gz#3`.
        kind: `html`, or `text` for a plain-text dump of a page or an article that is already clean.
        raw: The page. Bytes where the source has bytes, `str` where the source is decoded text (JSON, CSV, Parquet).
        url: As the record states it, not yet canonical.
        title: As the record states it.
        published: As the record states it, UTC.
        crawled: When the page was fetched, UTC.
        headers: HTTP response headers, names in lower case, in order.
        extra: The user's own columns as one canonical JSON object, None where none are kept.
    """

    source: str
    kind: PageKind
    raw: bytes | str
    url: str | None = None
    title: str | None = None
    published: datetime | None = None
    crawled: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    extra: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """An article as its reader sees it, with what its page states about it.

    Attributes:
        text: Teaser, subheads, paragraphs and list items, blank line between them, title left out; "" where there is
            no article.
        title: Headline without the site's suffix.
        teaser: The lead where the page sets one apart; it is also the first part of `text`.
        url: Canonical URL (`stable.canonical_url`).
        published: First publication, UTC, whole seconds.
        modified: Last change as stated, UTC, whole seconds.
        crawled: When the page was fetched, UTC, whole seconds.
        authors: People and agencies named as authors, in order; personal data, not published unless asked for.
        publisher: Registrable domain, `heise.de`.
        country: `de`, `at`, `ch` … where known.
        section: As the page states it.
        keywords: As the page states them, without repeats, in order.
        agency: `dpa`, `Reuters`, `AFP` … where the text is agency copy.
        language: ISO 639-1 or 639-3 code, None where it can't be told.
        language_score: 0 to 1.
        free: The page's own `isAccessibleForFree`; None where it says nothing.
        listing: True where the page is an index, a section front or a link list instead of one article.
        robots: (name, content) of meta tags that speak to machines (`robots`, `tdm-reservation`, `tdm-policy` …).
        headers: The page's HTTP headers, carried on for the rights stage.
        path: Which way the text was found: `site`, `jsonld`, `blocks`, `trafilatura`, `dump`, `clean`, `none`.
        confidence: 0 to 1, how sure the extractor is of `text`.
        extractor: Name and version of what made this document.
    """

    text: str
    title: str | None = None
    teaser: str | None = None
    url: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    crawled: datetime | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    country: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    agency: str | None = None
    language: str | None = None
    language_score: float = 0.0
    free: bool | None = None
    listing: bool = False
    robots: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    path: str = "none"
    confidence: float = 0.0
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """Why an input page is not in the dataset; one ledger row.

    Attributes:
        source: Where the page came from, relative to the input root.
        stage: The stage that decided.
        reason: A short, stable key: `too_short`, `not_german`, `duplicate`.
        detail: What a person needs to understand the case: a value, the id it repeats, an error.
        outcome: `dropped` by a rule, or `failed` because the page could not be used.
        id: The article id, where the page got far enough to have one.
        url: Canonical URL, where known.
    """

    source: str
    stage: Stage
    reason: str
    detail: str = ""
    outcome: Outcome = "dropped"
    id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of `Document.text` by code-point offsets, end exclusive: `text[start:end]` is the piece."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What a labeler says about one article. Keys of the label scheme; confidences 0 to 1.

    Attributes:
        topic: Primary topic key.
        topic_secondary: Second topic key, None where the first stands alone.
        topic_confidence: Calibrated probability that `topic` is right.
        topic_source: rules, model, llm or human.
        genre: Genre key.
        genre_confidence: Calibrated probability that `genre` is right.
        stance_target: The main evaluated object, None where none was found.
        stance_target_type: product, company, technology, policy, person or other.
        stance: favor, against, mixed or neutral; None exactly where `stance_target` is.
        stance_confidence: Calibrated probability that `stance` is right.
        stance_source: rules, model, llm or human.
        stance_evidence: The passages of the text that carry the stance, in reading order.
    """

    topic: str
    topic_confidence: float
    genre: str
    genre_confidence: float
    topic_secondary: str | None = None
    topic_source: str = "rules"
    stance_target: str | None = None
    stance_target_type: str | None = None
    stance: str | None = None
    stance_confidence: float | None = None
    stance_source: str | None = None
    stance_evidence: tuple[Span, ...] = field(default=())
