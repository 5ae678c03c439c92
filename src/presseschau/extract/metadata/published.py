"""When a page was first published and last changed: what it states to machines, then what it shows, then a guess."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.metadata.dates import parse_date
from presseschau.extract.metadata.head import Metas
from presseschau.extract.metadata.jsonld import Node, strings

PUBLISHED_METAS = (
    "article:published_time", "article:published:time", "article:published", "og:article:published_time",
    "og:published_time", "published_time", "parsely-pub-date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "sailthru.date", "datepublished", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "date.created", "pubdate", "publishdate",
    "publish-date", "publish_date", "publication_date", "date", "created", "published", "article:publish_date",
    "prism.publicationdate", "citation_publication_date", "citation_date", "shareaholic:article_published_time",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "article:modified:time", "article:modified", "og:updated_time",
    "og:article:modified_time", "datemodified", "dcterms.modified", "dc.date.modified", "date.modified",
    "date.updated", "last-modified", "lastmod", "shareaholic:article_modified_time",
)  # fmt: skip
_MARKUP = re.compile(r"<(script|style|svg)\b.*?</\1\s*>|<!--.*?-->|<[^<>]*>", re.DOTALL)
# The byline stands right below the headline, now and then above it; further on, dates belong to the story.
_BELOW, _ABOVE = 400, 200
_MARKUP_BELOW, _MARKUP_ABOVE = 8_000, 3_000
_GUESS_WINDOW = 150_000
_NO_CRAWL_TIME = datetime(2040, 1, 1, tzinfo=UTC)  # htmldate would ask the clock for the latest date
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d\d)[/-](\d\d)(?=[/_-])")


def published_of(
    tree: LexborHTMLParser, source: bytes, metas: Metas, main: Node, url: str | None, crawled: datetime | None
) -> datetime | None:
    """First publication, by the surest source that has it.

    Args:
        tree: The parsed page.
        source: Its bytes in UTF-8.
        metas: Its meta tags.
        main: The JSON-LD node of the article, {} without one.
        url: Its address.
        crawled: When it was fetched.
    """
    return (
        stated_date(main.get("datePublished"), crawled)
        or meta_date(metas, PUBLISHED_METAS, crawled)
        or stated_date(main.get("dateCreated") or main.get("uploadDate"), crawled)
        or _shown_date(tree, source, crawled)
        or _url_date(url, crawled)
        or _guessed_date(source, url, crawled)
    )


def modified_of(metas: Metas, main: Node, crawled: datetime | None) -> datetime | None:
    """Last change as the page states it."""
    return stated_date(main.get("dateModified"), crawled) or meta_date(metas, MODIFIED_METAS, crawled)


def stated_date(value: Any, crawled: datetime | None) -> datetime | None:
    """The first date of a JSON-LD property."""
    return next((found for text in strings(value) if (found := parse_date(text, crawled))), None)


def meta_date(metas: Metas, names: Iterable[str], crawled: datetime | None) -> datetime | None:
    """The first date among meta tags, in the order of names."""
    return next((found for text in metas.all(*names) if (found := parse_date(text, crawled))), None)


def _shown_date(tree: LexborHTMLParser, source: bytes, crawled: datetime | None) -> datetime | None:
    """Microdata; else the date beside the headline, by the `time` of that day if any; else the first `time`."""
    nodes = tree.css("[itemprop=datePublished], time")
    dated = [(node.attributes.get("itemprop"), found) for node in nodes if (found := _date_in(node, crawled))]
    stated = next((found for itemprop, found in dated if itemprop == "datePublished"), None)
    if stated is not None:
        return stated
    beside = _date_beside_headline(source, crawled)
    if beside is None:
        return dated[0][1] if dated else None
    return next((found for _, found in dated if found.date() == beside.date()), beside)


def _date_in(node: LexborNode, crawled: datetime | None) -> datetime | None:
    texts = (node.attributes.get("content"), node.attributes.get("datetime"), node.text())
    return next((found for text in texts if text and (found := parse_date(text, crawled))), None)


def _date_beside_headline(source: bytes, crawled: datetime | None) -> datetime | None:
    start = source.find(b"<h1")
    if start < 0:
        return None
    below = _MARKUP.sub(" ", source[start : start + _MARKUP_BELOW].decode("utf-8", "ignore"))
    above = _MARKUP.sub(" ", source[max(0, start - _MARKUP_ABOVE) : start].decode("utf-8", "ignore"))
    for text in (" ".join(below.split())[:_BELOW], " ".join(above.split())[-_ABOVE:]):
        if found := parse_date(entities.unescape(text), crawled):
            return found
    return None


def _url_date(url: str | None, crawled: datetime | None) -> datetime | None:
    match = _URL_DATE.search(url or "")
    return parse_date("-".join(match.groups()), crawled) if match else None


def _guessed_date(source: bytes, url: str | None, crawled: datetime | None) -> datetime | None:
    """The last resort, 12 ms: htmldate looks through the page's markup."""
    from htmldate import find_date

    try:
        found = find_date(
            source[:_GUESS_WINDOW].decode("utf-8", "ignore"),
            url=url,
            original_date=True,
            outputformat="%Y-%m-%d",
            max_date=(crawled or _NO_CRAWL_TIME).strftime("%Y-%m-%d"),
        )
    except (ValueError, TypeError, AttributeError):  # its answer to pages that lxml can't parse
        return None
    return parse_date(found, crawled) if found else None
