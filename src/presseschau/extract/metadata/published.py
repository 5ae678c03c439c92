"""When a page was first published and last changed: what it states to machines, then what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.metadata.dates import parse_date
from presseschau.extract.metadata.head import Metas
from presseschau.extract.metadata.jsonld import Node, strings
from presseschau.extract.metadata.shown import shown_date

_PUBLISHED_METAS = (
    "article:published_time", "article:published:time", "article:published", "og:article:published_time",
    "og:published_time", "published_time", "parsely-pub-date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "sailthru.date", "datepublished", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "date.created", "pubdate", "publishdate",
    "publish-date", "publish_date", "publication_date", "date", "created", "published", "article:publish_date",
    "prism.publicationdate", "citation_publication_date", "citation_date", "shareaholic:article_published_time",
)  # fmt: skip
_EARLIEST = 1901  # of what is stated to machines: archives of magazines go back to the 1940s, databases begin in 1900
_MODIFIED_METAS = (
    "article:modified_time", "article:modified:time", "article:modified", "og:updated_time",
    "og:article:modified_time", "datemodified", "dcterms.modified", "dc.date.modified", "date.modified",
    "date.updated", "last-modified", "lastmod", "shareaholic:article_modified_time",
)  # fmt: skip

# What programs write so is as often American; the date that the page shows its readers tells.
_EITHER_MONTH = re.compile(r"\s*(?:0?[1-9]|1[0-2])/(?:0?[1-9]|1[0-2])/(?!.*[AP]M\b)", re.IGNORECASE)


def published_of(
    tree: LexborHTMLParser,
    source: bytes,
    metas: Metas,
    main: Node,
    title: str | None,
    url: str | None,
    crawled: datetime | None,
) -> datetime | None:
    """First publication, by the surest source that has it.

    Args:
        tree: The parsed page.
        source: Its bytes in UTF-8.
        metas: Its meta tags.
        main: The JSON-LD node of the article, {} without one.
        title: Its headline.
        url: Its address.
        crawled: When it was fetched.
    """
    return (
        _stated_date(main.get("datePublished"), crawled)
        or _meta_date(metas, _PUBLISHED_METAS, crawled)
        or _stated_date(main.get("dateCreated") or main.get("uploadDate"), crawled)
        or shown_date(tree, source, title, url, crawled)
    )


def modified_of(metas: Metas, main: Node, crawled: datetime | None) -> datetime | None:
    """Last change as the page states it."""
    return _stated_date(main.get("dateModified"), crawled) or _meta_date(metas, _MODIFIED_METAS, crawled)


def _stated_date(value: Any, crawled: datetime | None) -> datetime | None:
    """The first date of a JSON-LD property; a number is a moment since 1970."""
    return _first_date([str(value)] if type(value) is int else strings(value), crawled)


def _meta_date(metas: Metas, names: Iterable[str], crawled: datetime | None) -> datetime | None:
    """The first date among meta tags, in the order of names."""
    return _first_date(metas.all(*names), crawled)


def _first_date(texts: Iterable[str], crawled: datetime | None) -> datetime | None:
    clear = (text for text in texts if not _EITHER_MONTH.match(text))
    return next((found for text in clear if (found := parse_date(text, crawled, _EARLIEST))), None)
