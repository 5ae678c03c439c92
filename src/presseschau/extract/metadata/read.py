"""What a page states about itself: JSON-LD, then Open Graph and meta tags, microdata, `time`, the visible byline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.agency import agency_among, agency_named, split_agency_mark
from presseschau.extract.metadata.authors import clean_authors, is_newsroom, looks_like_person
from presseschau.extract.metadata.beside import names_beside_headline
from presseschau.extract.metadata.byline import read_byline
from presseschau.extract.metadata.country import country_of
from presseschau.extract.metadata.head import Head, Metas, read_head
from presseschau.extract.metadata.headings import read_headings, words
from presseschau.extract.metadata.jsonld import Graph, Node, as_list, body_text, plain, read_graph, strings, text_of
from presseschau.extract.metadata.license import stated_license
from presseschau.extract.metadata.published import modified_of, published_of
from presseschau.extract.metadata.title import SiteKeys, Stated, choose_title, is_site, shown_piece, site_keys
from presseschau.extract.metadata.unmarked import with_unmarked
from presseschau.stable import canonical_url, host_of, publisher_of

_AUTHOR_METAS = (
    "article:author", "author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator",
    "dcterms.creator", "dc.creator.name", "cxenseparse:author", "og:author", "og:article:author", "articleauthor",
    "byl", "citation_author", "shareaholic:article_author_name",
)  # fmt: skip
_SECTION_METAS = (
    "article:section", "parsely-section", "og:section", "og:article:section", "articlesection", "prism.section",
    "section", "sailthru.section", "cxenseparse:category", "category",
)  # fmt: skip
_TEASER_METAS = (
    "og:description", "description", "twitter:description", "dc.description", "dcterms.description",
    "sailthru.description",
)  # fmt: skip
_KEYWORD_METAS = (
    "news_keywords", "keywords", "article:tag", "parsely-tags", "sailthru.tags", "dc.subject", "cxenseparse:keywords",
)  # fmt: skip
_LICENSE_METAS = ("dc.rights.license", "dcterms.license", "license", "dc.license")
_WRITTEN_BY = re.compile(r"(?:geschrieben|verfasst|written|posted) (?:von|by)|autor(?:in|en)?|author", re.IGNORECASE)
_CARD = re.compile(r"\b(?:h-card|p-author)\b")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself, cleaned; None or () where it says nothing.

    Attributes:
        title: Headline without site name.
        teaser: Description in JSON-LD, Open Graph or meta; not always shown on the page.
        published: First publication, UTC, whole seconds; a date without time is midnight UTC of that date.
        modified: Last change, UTC, whole seconds.
        authors: Names in stated order, agencies and newsrooms included where the page names them.
        section: As stated.
        keywords: As stated, no repeats, in order.
        url: Canonical URL (`stable.canonical_url`) of the given address, else of the page's own statement.
        publisher: Registrable domain of `url`.
        country: `de`, `at`, `ch`, `li`, `lu` where the domain or the language tag tells.
        free: `isAccessibleForFree`; None where the page says nothing.
        article_body: JSON-LD `articleBody` as plain text, blocks on lines of their own.
        page_types: `@type` values that speak of the page, then `og:type`.
        robots: (name, content) of meta tags that speak to machines, names in lower case, in order.
        license: URL or text of a stated licence.
        agency: News agency named as author or source, else by a mark or dateline in `article_body`.
    """

    title: str | None = None
    teaser: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    keywords: tuple[str, ...] = ()
    url: str | None = None
    publisher: str | None = None
    country: str | None = None
    free: bool | None = None
    article_body: str | None = None
    page_types: tuple[str, ...] = ()
    robots: tuple[tuple[str, str], ...] = ()
    license: str | None = None
    agency: str | None = None


def read_metadata(
    tree: LexborHTMLParser, source: bytes, url: str | None = None, crawled: datetime | None = None
) -> Metadata:
    """All metadata of a page.

    Args:
        tree: The parsed page; it is not changed.
        source: The page in UTF-8, for what stands in its wording: a byline, a date beside the headline.
        url: The address that the record gives; it wins over what the page says.
        crawled: When the page was fetched; relative dates need it.
    """
    head = read_head(tree)
    metas = head.metas
    address = canonical_url(url) or _stated_url(head)
    graph = read_graph(head.scripts, address)
    main = graph.main
    publisher = publisher_of(address)
    sites = site_keys(tuple(_site_names(metas, graph, address, publisher)))
    title = _title(tree, source, head, graph, address, sites)
    authors = _authors(tree, metas, graph, sites, source, title)
    body = body_text(graph)
    return Metadata(
        title=title,
        teaser=text_of(main.get("description")) or metas.first(*_TEASER_METAS),
        published=published_of(tree, source, metas, main, title, address, crawled),
        modified=modified_of(metas, main, crawled),
        authors=authors,
        section=text_of(main.get("articleSection")) or metas.first(*_SECTION_METAS),
        keywords=_keywords(main, metas),
        url=address,
        publisher=publisher,
        country=country_of(address, _language_tags(tree, metas, main)),
        free=_is_free(graph),
        article_body=body,
        page_types=tuple(dict.fromkeys((*graph.types, *metas.all("og:type")))),
        robots=head.robots,
        license=_license(main, head) or (stated_license(tree) if head.commons else None),
        agency=agency_among((*authors, *_sources(graph))) or split_agency_mark(body or "")[1],
    )


def _stated_url(head: Head) -> str | None:
    """The canonical link, else `og:url`; a relative link is made absolute by `og:url`.

    A site's front page, which templates name on all pages, counts only where nothing else is stated.
    """
    social, link = head.metas.first("og:url"), (head.canonical or "").strip()
    shared = canonical_url(social)
    if not link.startswith(("https://", "http://")):
        if shared and not _is_front(shared) and not link.startswith("/"):
            return shared  # `wget --convert-links` and HTTrack link to their own copy: `artikel.php%3Fid=3.html`
        try:
            link = urljoin(social or "https:", link)
        except ValueError:  # brackets that are no IPv6 address
            link = ""
    stated = [url for url in (canonical_url(link), shared) if url]
    return next((url for url in stated if not _is_front(url)), stated[0] if stated else None)


def _is_front(url: str) -> bool:
    return url.count("/") <= 3 and url.endswith("/")


def _site_names(metas: Metas, graph: Graph, address: str | None, domain: str | None) -> list[str]:
    names = list(metas.all("og:site_name", "application-name"))
    names += strings(graph.resolve(graph.main.get("publisher")))
    names += [name for node in graph.sites for name in strings(node.get("name"))]
    if domain:
        names += [domain, domain.partition(".")[0]]
        names.append((host_of(address) or "").removeprefix("www."))
    return names


def _title(
    tree: LexborHTMLParser, source: bytes, head: Head, graph: Graph, address: str | None, sites: SiteKeys
) -> str | None:
    main = graph.main
    is_article = any(main is node for node in graph.articles)
    stated = Stated(
        headline=text_of(main.get("headline")) or (text_of(main.get("name")) if is_article else None),
        social=head.metas.first("og:title", "twitter:title", "dc.title", "title"),
        page=plain(head.title) or None,
        alternative=text_of(main.get("alternativeHeadline")),
    )
    headings = with_unmarked(read_headings(head.headlines, head.subheads), source, stated, address, sites)
    title = choose_title(headings, stated, sites)
    known = [stated.headline, *(heading.text for heading in headings)]
    if title and words(title) not in map(words, known):
        title = shown_piece(title, head.subheads) or title
    return _entry_name(tree) or title if title is None or is_site(title, sites) else title


def _entry_name(tree: LexborHTMLParser) -> str | None:
    """The name of the page's one h-entry (https://microformats.org/wiki/h-entry), not of a person in it."""
    entries = tree.css(".h-entry")
    for name in entries[0].css(".p-name") if len(entries) == 1 else ():
        classes = [node.attributes.get("class") or "" for node in (name, name.parent) if node is not None]
        if not _CARD.search(" ".join(classes)):
            return plain(name.text(separator=" ")) or None
    return None


def _authors(
    tree: LexborHTMLParser, metas: Metas, graph: Graph, own: SiteKeys, source: bytes, title: str | None
) -> tuple[str, ...]:
    """By the first source that names people or agencies; the publisher as author only where nobody else is named."""
    newsroom: tuple[str, ...] = ()
    for found in _author_sources(tree, metas, graph, source):
        if found and is_site(found[0], own) and not any(looks_like_person(x) or agency_named(x) for x in found[1:]):
            found = found[:1]  # the publisher's address stands behind its name
        if any(agency_named(name) or not (is_site(name, own) or is_newsroom(name)) for name in found):
            return found
        newsroom = newsroom or found
    return newsroom or names_beside_headline(source, title)


def _author_sources(tree: LexborHTMLParser, metas: Metas, graph: Graph, source: bytes) -> Iterator[tuple[str, ...]]:
    for key in ("author", "creator"):
        entries = as_list(graph.main.get(key))
        yield clean_authors(name for entry in entries for name in strings(graph.resolve(entry)))
    for name in _AUTHOR_METAS:
        if name in metas.stated:
            yield clean_authors(metas.all(name))
    for number in ("1", "2"):
        if _WRITTEN_BY.fullmatch(metas.first(f"twitter:label{number}") or ""):
            yield clean_authors(metas.all(f"twitter:data{number}"))
    yield clean_authors(metas.all("twitter:misc:written by"))
    yield read_byline(tree, source)


def _keywords(main: Node, metas: Metas) -> tuple[str, ...]:
    stated = strings(main.get("keywords"))
    values = stated or next((found for name in _KEYWORD_METAS if (found := list(metas.all(name)))), [])
    parts = [part.strip() for value in values for part in value.replace(";", ",").split(",")]
    return tuple(dict.fromkeys([part for part in parts if part]))


def _language_tags(tree: LexborHTMLParser, metas: Metas, main: Node) -> Iterator[str | None]:
    yield from strings(main.get("inLanguage"))
    yield from metas.all("og:locale")
    root = tree.css_first("html")
    yield root.attributes.get("lang") if root else None
    yield from metas.all("content-language")


def _is_free(graph: Graph) -> bool | None:
    """`isAccessibleForFree` of the article, else of a part of it that is not free, else of another node of the page."""
    for node in (graph.main, *graph.own):
        stated = _truth(node.get("isAccessibleForFree"))
        for part in as_list(node.get("hasPart")):
            if stated is None and isinstance(part, dict) and _truth(part.get("isAccessibleForFree")) is False:
                stated = False
        if stated is not None:
            return stated
    return None


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    for text in strings(value):
        word = text.rpartition("/")[2].lower()
        if word in {"true", "yes", "1"}:
            return True
        if word in {"false", "no", "0"}:
            return False
    return None


def _license(main: Node, head: Head) -> str | None:
    value = main.get("license")
    if isinstance(value, dict):
        value = value.get("url") or value.get("@id") or value
    return text_of(value) or head.metas.first(*_LICENSE_METAS) or head.license or None


def _sources(graph: Graph) -> list[str]:
    """Where the article says it comes from."""
    return [
        name
        for key in ("sourceOrganization", "provider", "creditText")
        for name in strings(graph.resolve(graph.main.get(key)))
    ]
