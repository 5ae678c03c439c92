"""Meta tags, links, JSON-LD scripts and headlines of a page, found in as few walks of its tree as will do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.metadata.jsonld import plain

_HEAD_TAGS = "meta, title, link[rel=canonical], link[rel=license]"
_BODY_TAGS = 'script[type^="application/ld+json" i], h1, h2, a:is([rel~=license], [href*="creativecommons.org/"])'
_NOTHING: tuple[str, ...] = ()
_ROBOTS = re.compile(r"robots|[\w-]*bot(?:-\w+)?|google-extended|tdm-reservation|tdm-policy|ai-training")


@dataclass(frozen=True, slots=True)
class Metas:
    """Meta tags by name, property or itemprop; cleaned when asked for: a page has three times as many as are read.

    Attributes:
        stated: Contents as written by name in lower case, in order.
    """

    stated: Mapping[str, Sequence[str]]

    def all(self, *names: str) -> Iterator[str]:
        """The contents under these names that hold any text, as one line of plain text each, in the order of names."""
        for name in names:
            for content in self.stated.get(name, _NOTHING):
                if text := plain(content):
                    yield text

    def first(self, *names: str) -> str | None:
        """The first of `all`, None without any."""
        return next(self.all(*names), None)


@dataclass(frozen=True, slots=True)
class Head:
    """What states metadata, and where the headline may stand.

    Attributes:
        metas: The meta tags.
        robots: (name, content) of meta tags that speak to machines.
        canonical: Target of `rel=canonical`.
        license: Target of `rel=license`, a link's before a visible one's.
        commons: Whether a visible link leads to Creative Commons.
        scripts: Contents of the JSON-LD scripts, in document order.
        title: Content of the `<title>`, "" without one.
        headlines: The h1 elements, in document order.
        subheads: The h2 elements.
    """

    metas: Metas
    robots: tuple[tuple[str, str], ...]
    canonical: str | None
    license: str | None
    commons: bool
    scripts: tuple[str, ...]
    title: str
    headlines: tuple[LexborNode, ...]
    subheads: tuple[LexborNode, ...]


def read_head(tree: LexborHTMLParser) -> Head:
    """Meta tags from `<head>`; from the whole page where a stray element has ended the head before Open Graph.

    Those that speak to machines are from the whole page in any case: one in the body reserves no less.
    """
    head = tree.head
    inside = head.css(_HEAD_TAGS) if head is not None else []
    stated = _stated(inside)
    everywhere = not any(content.strip() for content in stated.metas.stated.get("og:title", _NOTHING))
    # A walk of the whole tree takes a fifth of the parser's time, whatever it looks for: one for everything.
    found: dict[str | None, list[LexborNode]] = {}
    for node in tree.css(f"{_HEAD_TAGS if everywhere else 'meta'}, {_BODY_TAGS}"):
        found.setdefault(node.tag, []).append(node)
    if everywhere:
        stated = _stated([node for tag in ("meta", "title", "link") for node in found.get(tag, ())])
    else:
        below = found.get("meta", [])[sum(node.tag == "meta" for node in inside) :]
        stated.robots.extend(_stated(below).robots)
    shown = [node.attributes for node in found.get("a", ())]
    return Head(
        stated.metas,
        tuple(stated.robots),
        stated.links.get("canonical"),
        stated.links.get("license")
        or next((link.get("href") for link in shown if "license" in (link.get("rel") or "").split()), None),
        any("creativecommons.org/" in (link.get("href") or "") for link in shown),
        tuple(node.text() for node in found.get("script", ())),
        stated.title,
        tuple(found.get("h1", ())),
        tuple(found.get("h2", ())),
    )


@dataclass(frozen=True, slots=True)
class _Stated:
    """Meta tags by name, those that speak to machines, link targets by `rel`, the page's title."""

    metas: Metas
    robots: list[tuple[str, str]]
    links: dict[str, str]
    title: str


def _stated(nodes: Iterable[LexborNode]) -> _Stated:
    metas: dict[str, list[str]] = {}
    robots: list[tuple[str, str]] = []
    links: dict[str, str] = {}
    title = ""
    for node in nodes:
        attributes = node.attributes
        content = attributes.get("content")
        if content is None:
            if node.tag == "title":
                title = title or node.text()
            elif node.tag == "link":
                links.setdefault((attributes.get("rel") or "").lower(), attributes.get("href") or "")
            continue
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        name = name.strip().lower()
        if not name:
            continue
        if ("bot" in name or "-" in name) and _ROBOTS.fullmatch(name):
            robots.append((name, content.strip()))
        metas.setdefault(name, []).append(content)
    return _Stated(Metas(metas), robots, links, title)
