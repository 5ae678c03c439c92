"""JSON-LD as pages really carry it: several scripts, lists, `@graph`, references by `@id`, broken JSON.

Source: JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/), schema.org types.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import unquote

import orjson

Node: TypeAlias = dict[str, Any]
_Typed: TypeAlias = tuple[Node, tuple[str, ...], bool]  # with its types, and whether it speaks of something else

ARTICLE_TYPES = frozenset((
    "Article", "NewsArticle", "AnalysisNewsArticle", "AskPublicNewsArticle", "BackgroundNewsArticle",
    "OpinionNewsArticle", "ReportageNewsArticle", "ReviewNewsArticle", "BlogPosting", "LiveBlogPosting",
    "SocialMediaPosting", "DiscussionForumPosting", "TechArticle", "ScholarlyArticle", "SatiricalArticle",
    "AdvertiserContentArticle", "Report", "PressRelease", "MedicalScholarlyArticle", "APIReference", "Review",
    "CriticReview", "Recipe", "ClaimReview",
))  # fmt: skip
# Second choice where a page names no article: it stands for the page, or for the one thing on it.
_PAGE_TYPES = frozenset((
    "WebPage", "ItemPage", "MedicalWebPage", "FAQPage", "QAPage", "AboutPage", "ProfilePage", "VideoObject",
    "PodcastEpisode", "RadioEpisode",
))  # fmt: skip
_WEAK_ARTICLES = frozenset(
    {"Review", "CriticReview", "ClaimReview", "Recipe", "DiscussionForumPosting", "SocialMediaPosting"}
)
# Below these keys stand other pages' articles, or remarks on this one.
_ELSEWHERE = frozenset((
    "itemListElement", "liveBlogUpdate", "comment", "comments", "citation", "isBasedOn", "relatedLink", "review",
    "reviews", "hasPart", "isPartOf", "about", "mentions", "publisher", "author", "creator", "blogPost", "subjectOf",
    "significantLink", "breadcrumb", "provider", "sourceOrganization", "copyrightHolder", "image", "logo",
    "workExample", "itemReviewed",
))  # fmt: skip
_TELLING = ("headline", "datePublished", "author", "articleBody", "description")
_MAX_NODES = 5_000
_MAX_DEPTH = 24
_OPENING = re.compile(r"(?:\s|\ufeff|<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)*")
_CLOSING = ("-->", "]]>", "]]>*/", "*/", "//", ";", "/*")
# A JSON string, or one of the things that break JSON outside of strings.
_STRING_OR_FLAW = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])|/\*.*?\*/|//[^\n]*', re.DOTALL)
_SURROGATE = re.compile(r"(\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w)|\\u[dD][89a-fA-F]\w\w")
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])|\\u(?![0-9a-fA-F]{4})")
_NAMESPACE = re.compile(r".*[/#:]", re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BLOCK_END = re.compile(r"<(?:/(?:p|div|h[1-6]|li|ul|ol|blockquote|section|tr)|br\s*/?)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything a page says in JSON-LD.

    Attributes:
        own: Typed nodes that speak of this page, not of its author, publisher or teasers, in document order.
        main: The node of the page's article; the page's own node where there is no article; {} without either.
        articles: Those of `own` that are articles.
        sites: All nodes that describe a web site.
        types: `@type` values of `own`, without repeats, in order.
        by_id: The fullest node of each `@id`.
    """

    own: tuple[Node, ...] = ()
    main: Node = field(default_factory=dict)
    articles: tuple[Node, ...] = ()
    sites: tuple[Node, ...] = ()
    types: tuple[str, ...] = ()
    by_id: dict[str, Node] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """The node behind `{"@id": …}`, else the value itself."""
        if isinstance(value, dict) and "@id" in value and len(value) <= 2:
            return self.by_id.get(str(value["@id"]), value)
        return value


def read_graph(scripts: Iterable[str], url: str | None = None) -> Graph:
    """Typed nodes of all JSON-LD scripts of a page, and the one of its main article.

    Args:
        scripts: Contents of the `application/ld+json` scripts, in document order.
        url: The page's address; an article that names it as its own is preferred.
    """
    found: list[_Typed] = []
    for script in scripts:
        _collect(parse(script), False, 0, found)
        if len(found) > _MAX_NODES:
            break
    by_id: dict[str, Node] = {}
    for node, _, _ in found:
        key = node.get("@id")
        # The fullest node of an id is its definition, the others refer to it.
        if isinstance(key, str) and len(node) > len(by_id.get(key, ())):
            by_id[key] = node
    own = [(node, types) for node, types, elsewhere in found if not elsewhere]
    return Graph(
        tuple([node for node, _ in own]),
        _main_of(own, url),
        tuple([node for node, types in own if not ARTICLE_TYPES.isdisjoint(types)]),
        tuple([node for node, types, _ in found if "WebSite" in types]),
        tuple(dict.fromkeys([name for _, types in own for name in types])),
        by_id,
    )


def parse(script: str) -> Any:
    r"""The script's JSON, repaired where that is safe; None where it can't be read.

    Repairs: comment and CDATA wrapping, raw line breaks and control characters in strings, trailing commas, comments,
    unknown escapes, several values in a row, a script that was HTML-escaped as a whole.

    >>> parse('<!-- {"a": "x\ny", "b": [1, 2,],} -->')
    {'a': 'x\ny', 'b': [1, 2]}
    """
    text = _unwrapped(script)
    if not text:
        return None
    if "\\ud" in text or "\\uD" in text:
        text = _SURROGATE.sub(_whole, text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    for repaired in _repairs(text):
        try:
            values = list(_values(repaired))
        except (ValueError, RecursionError):  # RecursionError: json's answer to a million brackets
            continue
        return values[0] if len(values) == 1 else values
    return None


def _unwrapped(script: str) -> str:
    """The script without the comment and CDATA marks that hide it from old browsers and XML parsers."""
    text = script.strip()
    if text[:1] not in "{[":
        text = text[_OPENING.match(text).end() :]  # type: ignore[union-attr]  # matches everywhere
    while text.endswith(_CLOSING):
        text = text.removesuffix(next(mark for mark in _CLOSING if text.endswith(mark))).rstrip()
    return text


def _repairs(text: str) -> Iterator[str]:
    yield text
    cleaned = _STRING_OR_FLAW.sub(lambda m: m[1] or "", text)
    yield cleaned
    yield _BAD_ESCAPE.sub(r"\\\\", cleaned)
    if "&quot;" in text and '"' not in text:
        yield html.unescape(text)


def _whole(match: re.Match[str]) -> str:
    """Half an emoji, cut by a CMS, is no text that could be stored."""
    return match[0] if match[1] else "\\ufffd"


def _values(text: str) -> Iterator[Any]:
    """JSON values in a row, with commas, semicolons or nothing between; control characters in strings are fine."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and (text[at].isspace() or text[at] in ",;"):
            at += 1


def _collect(value: Any, elsewhere: bool, depth: int, found: list[_Typed]) -> None:
    """Adds the typed nodes of a value, in document order; below some properties they speak of something else."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        if "@type" in value:
            found.append((value, types_of(value), elsewhere))
        for key, entry in value.items():
            if isinstance(entry, (dict, list)):
                _collect(entry, elsewhere or key in _ELSEWHERE, depth + 1, found)
    elif isinstance(value, list):
        for entry in value:
            if isinstance(entry, (dict, list)):
                _collect(entry, elsewhere, depth + 1, found)


def types_of(node: Node) -> tuple[str, ...]:
    """`@type` without namespace: `("NewsArticle",)`."""
    value = node.get("@type")
    if isinstance(value, str):
        return (_type_name(value),)
    return tuple(_type_name(name) for name in value if isinstance(name, str)) if isinstance(value, list) else ()


@lru_cache(maxsize=512)  # a few dozen types stand for nearly all nodes
def _type_name(name: str) -> str:
    return _NAMESPACE.sub("", name).strip()


def _main_of(own: Sequence[tuple[Node, tuple[str, ...]]], url: str | None) -> Node:
    """Articles before pages, the page's own URL before others, then the fullest, then the first."""
    ranked: dict[int, list[tuple[int, Node]]] = {}
    for node, types in own:
        if kind := _kind(types):
            told = sum([1 for key in _TELLING if node.get(key)])
            # A bare @type says nothing: the page's node may know more.
            ranked.setdefault(kind if told else 0, []).append((told, node))
    best = ranked[max(ranked)] if ranked else [(0, Node())]
    if len(best) == 1:
        return best[0][1]
    want = _bare(url) if url else ""
    return max(best, key=lambda one: (bool(want) and _names_page(one[1], want), one[0]))[1]


def _kind(types: tuple[str, ...]) -> int:
    """3 for an article, 2 for what is one only now and then, 1 for a page, 0 for all else."""
    if not ARTICLE_TYPES.isdisjoint(types):
        return 2 if _WEAK_ARTICLES.issuperset(types) else 3
    return 0 if _PAGE_TYPES.isdisjoint(types) else 1


def _names_page(node: Node, want: str) -> bool:
    page = node.get("mainEntityOfPage")
    named = (node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page)
    return any(isinstance(name, str) and _bare(name) == want for name in named)


def _bare(url: str) -> str:
    """Host and path only, for comparison."""
    path = url.partition("#")[0].partition("?")[0].removeprefix("https://").removeprefix("http://")
    return unquote(path.removeprefix("www.")).rstrip("/").lower()


def strings(value: Any, depth: int = 6) -> list[str]:
    """Strings of a property that may be a string, a list, `{"@value": …}` or a node with a name; entities decoded.

    >>> strings(["a &amp; b", {"name": "c"}, {"@value": "d"}, None, 3])
    ['a & b', 'c', 'd']
    """
    if isinstance(value, str):
        text = plain(value)
        return [text] if text else []
    if depth and isinstance(value, list):
        return [text for item in value for text in strings(item, depth - 1)]
    if depth and isinstance(value, dict):
        if "familyName" in value and "name" not in value:
            return strings(" ".join(strings([value.get("givenName"), value["familyName"]], depth - 1)))
        return next(
            (strings(value[key], depth - 1) for key in ("@value", "name", "headline", "#text") if key in value), []
        )
    return []


def text_of(value: Any) -> str | None:
    """The first string of a property, None where it has none."""
    found = strings(value)
    return found[0] if found else None


def plain(text: str) -> str:
    """One line of text: entities decoded (twice encoded ones too), tags out, white space squeezed."""
    if "&" in text:
        text = html.unescape(text)
        if "&" in text and ";" in text:
            text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", text)
    return " ".join(text.replace("\u00ad", "").split())


def body_text(graph: Graph) -> str | None:
    """The main article's `articleBody` as plain text, block ends as line breaks; the longest of several."""
    for nodes in ((graph.main,), graph.articles):
        bodies = [entry for node in nodes for entry in as_list(node.get("articleBody")) if isinstance(entry, str)]
        if text := _plain_body(max(bodies, key=len, default="")):
            return text
    return None


def _plain_body(body: str) -> str:
    if "&" in body:
        body = html.unescape(body)
    if "<" in body:
        body = _TAG.sub("", _BLOCK_END.sub("\n", body))
    if "&" in body:
        body = html.unescape(body)
    lines = (" ".join(line.split()) for line in body.replace("\u00ad", "").splitlines())
    return "\n".join(line for line in lines if line)


def as_list(value: Any) -> list[Any]:
    """The values of a property that may have one or several."""
    return value if isinstance(value, list) else [value]
