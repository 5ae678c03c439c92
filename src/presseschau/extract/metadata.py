"""What a page states about itself: JSON-LD, then Open Graph and meta tags, microdata, `time`, the visible byline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from presseschau.extract.authors import agency_named, agency_of, clean_authors
from presseschau.extract.byline import read_byline
from presseschau.extract.dates import parse_date
from presseschau.extract.jsonld import ARTICLE_TYPES, Graph, Node, body_text, plain, read_graph, strings, text_of, types_of
from presseschau.extract.title import Stated, choose_title, is_site, read_headings, site_keys
from presseschau.stable import canonical_url, publisher_of

_PUBLISHED_METAS = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time", "published_time",
    "parsely-pub-date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "sailthru.date", "datepublished",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "date.created", "pubdate",
    "publishdate", "publish-date", "publish_date", "publication_date", "date", "created", "published", "article:publish_date",
    "prism.publicationdate", "citation_publication_date", "citation_date", "shareaholic:article_published_time",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "article:modified", "og:updated_time", "og:article:modified_time", "datemodified", "dcterms.modified", "dc.date.modified",
    "date.modified", "date.updated", "last-modified", "lastmod", "shareaholic:article_modified_time",
)  # fmt: skip
_AUTHOR_METAS = (
    "article:author", "author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "dc.creator.name",
    "cxenseparse:author", "og:author", "og:article:author", "articleauthor", "byl", "citation_author", "shareaholic:article_author_name",
)  # fmt: skip
_SECTION_METAS = ("article:section", "parsely-section", "og:section", "og:article:section", "articlesection", "prism.section", "section", "sailthru.section", "cxenseparse:category", "category")
_TEASER_METAS = ("og:description", "description", "twitter:description", "dc.description", "dcterms.description", "sailthru.description")
_KEYWORD_METAS = ("news_keywords", "keywords", "article:tag", "parsely-tags", "sailthru.tags", "dc.subject", "cxenseparse:keywords")
_LICENSE_METAS = ("dc.rights.license", "dcterms.license", "license", "dc.license")
_ROBOTS = re.compile(r"robots|googlebot(?:-news)?|bingbot|otherbots|google-extended|gptbot|ccbot|tdm-reservation|tdm-policy|tdmrep|noai|ai-training|.*\bai-?bot\b")
_COUNTRY_OF_TLD = {"de": "de", "at": "at", "ch": "ch", "li": "li", "lu": "lu"}
_GERMAN_REGION = re.compile(r"^de[-_](de|at|ch|li|lu)\b", re.IGNORECASE)
_WRITTEN_BY = re.compile(r"(?:geschrieben|verfasst|written|posted) (?:von|by)|autor(?:in|en)?|author", re.IGNORECASE)


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
        agency: News agency named as author or source.
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


def read_metadata(tree: LexborHTMLParser, html: str, url: str | None = None, crawled: datetime | None = None) -> Metadata:
    """All metadata of a page.

    Args:
        tree: The parsed page; it is not changed.
        html: The page's source, for the slow last resort only.
        url: The address that the record gives; it wins over what the page says.
        crawled: When the page was fetched; relative dates need it.
    """
    metas = _metas(tree)
    links = _links(tree)
    address = canonical_url(url) or _stated_url(metas, links)
    graph = read_graph((node.text() for node in tree.css('script[type^="application/ld+json" i]')), address)
    main = graph.main
    sites = _site_names(metas, graph, address)
    authors = _authors(tree, metas, graph, sites, html)
    body = body_text(main)
    return Metadata(
        title=_title(tree, metas, graph, sites),
        teaser=text_of(main.get("description")) or _first(metas, _TEASER_METAS),
        published=_published(tree, metas, main, crawled, html, address),
        modified=_stated_date(main.get("dateModified"), crawled) or _meta_date(metas, _MODIFIED_METAS, crawled),
        authors=authors,
        section=_section(main, metas),
        keywords=_keywords(main, metas),
        url=address,
        publisher=publisher_of(address),
        country=_country(tree, metas, links, main, address),
        free=_is_free(graph),
        article_body=body,
        page_types=tuple(dict.fromkeys((*graph.types, *metas.get("og:type", ())))),
        robots=_robots(tree),
        license=_license(main, metas, links),
        agency=agency_of((*authors, *_sources(graph)), body or ""),
    )


def _metas(tree: LexborHTMLParser) -> dict[str, tuple[str, ...]]:
    """Contents by name, property or itemprop, lower case, in order."""
    found: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or attributes.get("http-equiv")
        content = plain(attributes.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return {name: tuple(values) for name, values in found.items()}


def _links(tree: LexborHTMLParser) -> dict[str, list[dict[str, str | None]]]:
    found: dict[str, list[dict[str, str | None]]] = {}
    for node in tree.css("link[rel=canonical], link[hreflang], [rel=license]"):
        attributes = node.attributes
        for rel in (attributes.get("rel") or "").lower().split():
            found.setdefault(rel, []).append(attributes)
    return found


def _robots(tree: LexborHTMLParser) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, (node.attributes.get("content") or "").strip())
        for node in tree.css("meta[name]")
        if _ROBOTS.fullmatch(name := (node.attributes.get("name") or "").strip().lower())
    )


def _first(metas: dict[str, tuple[str, ...]], names: Iterable[str]) -> str | None:
    return next((metas[name][0] for name in names if name in metas), None)


def _stated_url(metas: dict[str, tuple[str, ...]], links: dict[str, list[dict[str, str | None]]]) -> str | None:
    social = metas.get("og:url", (None,))[0]
    for link in links.get("canonical", ()):
        href = link.get("href")
        if href and (found := canonical_url(urljoin(social or "", href))):
            return found
    return canonical_url(social)


def _site_names(metas: dict[str, tuple[str, ...]], graph: Graph, address: str | None) -> list[str]:
    names = list(metas.get("og:site_name", ())) + list(metas.get("application-name", ()))
    publisher = graph.resolve(graph.main.get("publisher"))
    names += strings(publisher)
    names += [name for node in graph.nodes if "WebSite" in types_of(node) for name in strings(node.get("name"))]
    domain = publisher_of(address)
    if domain:
        names += [domain, domain.partition(".")[0]]
        host = urlsplit(address or "").hostname or ""
        names.append(host.removeprefix("www."))
    return names


def _title(tree: LexborHTMLParser, metas: dict[str, tuple[str, ...]], graph: Graph, sites: list[str]) -> str | None:
    main = graph.main
    is_article = not ARTICLE_TYPES.isdisjoint(types_of(main))
    page_title = tree.css_first("head > title") or tree.css_first("title")
    stated = Stated(
        headline=text_of(main.get("headline")) or (text_of(main.get("name")) if is_article else None),
        social=_first(metas, ("og:title", "twitter:title", "dc.title", "title")),
        page=plain(page_title.text()) if page_title else None,
        alternative=text_of(main.get("alternativeHeadline")),
    )
    return choose_title(read_headings(tree), stated, sites)


def _stated_date(value: Any, crawled: datetime | None) -> datetime | None:
    return next((found for text in strings(value) if (found := parse_date(text, crawled))), None)


def _meta_date(metas: dict[str, tuple[str, ...]], names: Iterable[str], crawled: datetime | None) -> datetime | None:
    for name in names:
        for content in metas.get(name, ()):
            if found := parse_date(content, crawled):
                return found
    return None


def _published(
    tree: LexborHTMLParser, metas: dict[str, tuple[str, ...]], main: Node, crawled: datetime | None, html: str, address: str | None
) -> datetime | None:
    return (
        _stated_date(main.get("datePublished"), crawled)
        or _meta_date(metas, _PUBLISHED_METAS, crawled)
        or _stated_date(main.get("dateCreated") or main.get("uploadDate"), crawled)
        or _shown_date(tree, crawled)
        or _guessed_date(html, address, crawled)
    )


def _shown_date(tree: LexborHTMLParser, crawled: datetime | None) -> datetime | None:
    for node in tree.css("[itemprop=datePublished], time"):
        for text in (node.attributes.get("content"), node.attributes.get("datetime"), node.text()):
            if text and (found := parse_date(text, crawled)):
                return found
    return None


def _guessed_date(html: str, address: str | None, crawled: datetime | None) -> datetime | None:
    """The last resort, some 20 ms: htmldate reads the whole page."""
    from htmldate import find_date

    try:
        found = find_date(html, url=address, original_date=True, outputformat="%Y-%m-%d")
    except (ValueError, TypeError, AttributeError):
        return None
    return parse_date(found, crawled) if found else None


def _authors(tree: LexborHTMLParser, metas: dict[str, tuple[str, ...]], graph: Graph, sites: list[str], html: str) -> tuple[str, ...]:
    """People and agencies by the first source that names some; the publisher as author only where nobody else is named."""
    names = site_keys(sites)
    newsroom: tuple[str, ...] = ()
    for found in _author_sources(tree, metas, graph, html):
        if any(agency_named(name) or not is_site(name, names) for name in found):
            return found
        newsroom = newsroom or found
    return newsroom


def _author_sources(
    tree: LexborHTMLParser, metas: dict[str, tuple[str, ...]], graph: Graph, html: str
) -> Iterator[tuple[str, ...]]:
    for key in ("author", "creator"):
        value = graph.main.get(key)
        entries = value if isinstance(value, list) else [value]
        yield clean_authors(name for entry in entries for name in strings(graph.resolve(entry)))
    for name in _AUTHOR_METAS:
        yield clean_authors(metas.get(name, ()))
    for number in ("1", "2"):
        if _WRITTEN_BY.fullmatch(_first(metas, (f"twitter:label{number}",)) or ""):
            yield clean_authors(metas.get(f"twitter:data{number}", ()))
    yield clean_authors(metas.get("twitter:misc:written by", ()))
    yield read_byline(tree, html)


def _section(main: Node, metas: dict[str, tuple[str, ...]]) -> str | None:
    return text_of(main.get("articleSection")) or _first(metas, _SECTION_METAS)


def _keywords(main: Node, metas: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    stated = [strings(main.get("keywords")), *(list(metas.get(name, ())) for name in _KEYWORD_METAS)]
    values: list[str] = next((found for found in stated if found), [])
    split = (part.strip() for value in values for part in re.split(r"[,;]", value))
    return tuple(dict.fromkeys(part for part in split if part))


def _country(
    tree: LexborHTMLParser, metas: dict[str, tuple[str, ...]], links: dict[str, list[dict[str, str | None]]], main: Node, address: str | None
) -> str | None:
    host = urlsplit(address).hostname if address else None
    if host and (found := _COUNTRY_OF_TLD.get(host.rpartition(".")[2])):
        return found
    root = tree.css_first("html")
    stated = [*strings(main.get("inLanguage")), *metas.get("og:locale", ()), root.attributes.get("lang") if root else None, *metas.get("content-language", ())]
    return next((match[1].lower() for text in stated if text and (match := _GERMAN_REGION.match(text))), None)


def _is_free(graph: Graph) -> bool | None:
    stated = _truth(graph.main.get("isAccessibleForFree"))
    parts = graph.main.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        if stated is None and isinstance(part, dict) and _truth(part.get("isAccessibleForFree")) is False:
            stated = False
    return stated


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


def _license(main: Node, metas: dict[str, tuple[str, ...]], links: dict[str, list[dict[str, str | None]]]) -> str | None:
    value = main.get("license")
    if isinstance(value, dict):
        value = value.get("url") or value.get("@id") or value
    return text_of(value) or _first(metas, _LICENSE_METAS) or next((href for link in links.get("license", ()) if (href := link.get("href"))), None)


def _sources(graph: Graph) -> list[str]:
    """Where the article says it comes from."""
    return [name for key in ("sourceOrganization", "provider", "creditText") for name in strings(graph.resolve(graph.main.get(key)))]
