"""Meta tags, links, JSON-LD scripts and headlines of a page, found in as few walks of its tree as will do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.metadata.jsonld import plain

Metas: TypeAlias = Mapping[str, tuple[str, ...]]

_HEAD_TAGS = "meta, link[rel=canonical], link[rel=license]"
# No element matches two of these: a list of selectors gives an element as often as it matches.
_BODY_TAGS = 'script[type^="application/ld+json" i], h1, h2, a[rel~=license]'
_WINDOW = 16_384
_ROBOTS = re.compile(r"robots|[\w-]*bot(?:-\w+)?|google-extended|tdm-reservation|tdm-policy|ai-training")


@dataclass(frozen=True, slots=True)
class Head:
    """What states metadata, and where the headline may stand.

    Attributes:
        metas: Contents by name, property or itemprop in lower case, in order.
        robots: (name, content) of meta tags that speak to machines.
        canonical: Target of `rel=canonical`.
        license: Target of `rel=license`, a link's before a visible one's.
        scripts: Contents of the JSON-LD scripts, in document order.
        headlines: The h1 elements, in document order.
        subheads: The h2 elements, in document order.
    """

    metas: dict[str, tuple[str, ...]]
    robots: tuple[tuple[str, str], ...]
    canonical: str | None
    license: str | None
    scripts: tuple[str, ...]
    headlines: tuple[LexborNode, ...]
    subheads: tuple[LexborNode, ...]


def read_head(tree: LexborHTMLParser) -> Head:
    """Meta tags from `<head>`; from the whole page where a stray element has ended the head before Open Graph."""
    head = tree.head
    stated = _stated(head.css(_HEAD_TAGS) if head is not None else ())
    everywhere = "og:title" not in stated.metas
    # A walk of the whole tree takes a fifth of the parser's time, whatever it looks for: one for everything.
    found: dict[str | None, list[LexborNode]] = {}
    for node in tree.css(f"{_HEAD_TAGS}, {_BODY_TAGS}" if everywhere else _BODY_TAGS):
        found.setdefault(node.tag, []).append(node)
    if everywhere:
        stated = _stated([*found.get("meta", ()), *found.get("link", ())])
    shown = next((node.attributes.get("href") for node in found.get("a", ())), None)
    return Head(
        {name: tuple(values) for name, values in stated.metas.items()},
        tuple(stated.robots),
        stated.links.get("canonical"),
        stated.links.get("license") or shown,
        tuple(node.text() for node in found.get("script", ())),
        tuple(found.get("h1", ())),
        tuple(found.get("h2", ())),
    )


@dataclass(frozen=True, slots=True)
class _Stated:
    """Meta tags by name, those that speak to machines, link targets by `rel`."""

    metas: dict[str, list[str]]
    robots: list[tuple[str, str]]
    links: dict[str, str]


def _stated(nodes: Iterable[LexborNode]) -> _Stated:
    metas: dict[str, list[str]] = {}
    robots: list[tuple[str, str]] = []
    links: dict[str, str] = {}
    for node in nodes:
        attributes = node.attributes
        if node.tag != "meta":
            links.setdefault((attributes.get("rel") or "").lower(), attributes.get("href") or "")
            continue
        content = attributes.get("content")
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        name = name.strip().lower()
        if not name or content is None:
            continue
        if ("bot" in name or "-" in name) and _ROBOTS.fullmatch(name):
            robots.append((name, content.strip()))
        if content := plain(content):
            metas.setdefault(name, []).append(content)
    return _Stated(metas, robots, links)


def headline_at(html: str) -> int:
    """Where the first `<h1` stands in a page's source, -1 without one; `rfind` window by window outruns `find`."""
    for at in range(0, len(html), _WINDOW):
        if (found := html.rfind("<h1", at, at + _WINDOW + 2)) >= 0:
            return html.find("<h1", at, found + 3)
    return -1


def first_of(metas: Metas, names: Iterable[str]) -> str | None:
    """The first content among meta tags, in the order of names."""
    return next((metas[name][0] for name in names if name in metas), None)
