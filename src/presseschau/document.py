"""The few shapes that travel through a build: a page, a document, a drop, its labels.

Everything here is frozen and typed; a stage answers with a new value or with a `Drop` that says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
        license: The licence that the page states for itself, a URL or words; None where it says nothing.
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
    license: str | None = None
    listing: bool = False
    robots: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    path: str = "none"
    confidence: float = 0.0
    extractor: str = ""


# Every reason that a ledger can give, by the stage that gives it first.
REASONS: Mapping[Stage, Mapping[str, str]] = {
    "read": {
        "unreadable": "the file or record can't be read, decompressed or decoded",
        "truncated": "the file ends inside a record, or the page was cut on its way or by a workbook",
        "empty": "nothing is in it",
        "too_large": "longer than the limit, after decompression",
        "bad_record": "a field of the record is missing or has the wrong type",
        "bad_sidecar": "the JSON file beside the page is none, or one of its fields is wrong",
        "unreachable": "could not be had after all tries; is asked for again in the next build",
        "http_status": "a response, in a WARC or saved with its headers, that is no success",
        "not_html": "a response of another media type, or a feed, sitemap or JSON in the place of a page",
    },
    "extract": {
        "empty": "no content in the page",
        "binary": "bytes that are no text in any encoding",
        "unreadable": "the parser gives up",
        "too_large": "more bytes than `extract.max_bytes`",
        "too_deep": "nested deeper than `extract.max_depth`",
        "too_many_nodes": "more elements than `extract.max_nodes`",
        "timeout": "took longer than `pipeline.page_seconds`",
        "out_of_memory": "did not fit into memory",
        "killed_worker": "ended its process",
        "error": "a fault of ours; the detail names it, and it is worth a report",
    },
    "filter": {
        "no_article": "no article text was found, or the page is one about the site (imprint, privacy, terms)",
        "no_letters": "the text has no letters",
        "listing": "an index, a section front or a list of links",
        "paywall_stub": "the free part of an article that has to be paid for",
        "too_short": "fewer words or characters than `filter.min_words`, `filter.min_chars`",
        "not_german": "in none of `filter.languages`, or too unsure",
        "takedown": "on the list of `takedown`; its URL is left out of the ledger",
        "tdm_reserved": "reserves text and data mining, and `rights.reserved=drop`",
    },
    "dedup": {
        "superseded": "another page has the same URL and is the better version",
        "exact_duplicate": "the same text as an earlier article",
        "near_duplicate": "nearly the same text as an earlier article (`dedup.jaccard`)",
        "contained": "mostly contained in another article, or the other way round (`dedup.containment`)",
    },
    "label": {"off_topic": "its topic is not in `label.keep`"},
    "split": {
        "embargo": "published in the days before the cutoff (`split.embargo_days`)",
        "split_conflict": "its cluster is in a split that it may not be in (`split.relatives`), or it has relatives in "
        "several splits of `split.lock`",
        "publisher_cap": "beyond `split.max_per_publisher`",
    },
    "publish": {
        "takedown": "left out of this copy by the list of `publish.py takedown=`",
        "tdm_reserved": "reserves text and data mining; its text is not sent",
        "not_rehydrated": "the pages had no such text; the detail says why",
    },
}


@dataclass(frozen=True, slots=True)
class Drop:
    """Why an input page is not in the dataset; one ledger row.

    Attributes:
        source: Where the page came from, relative to the input root.
        stage: The stage that decided.
        reason: A short, stable key, one of `REASONS`.
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
    stance_evidence: tuple[Span, ...] = ()
