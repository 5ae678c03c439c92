"""Meta tags and links of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from selectolax.lexbor import LexborHTMLParser, LexborNode

from presseschau.extract.jsonld import plain

Metas: TypeAlias = Mapping[str, tuple[str, ...]]

_HEAD_TAGS = "meta, link[rel=canonical], link[rel=license]"
_ROBOTS = re.compile(r"robots|[\w-]*bot(?:-\w+)?|google-extended|tdm-reservation|tdm-policy|ai-training")


@dataclass(frozen=True, slots=True)
class Head:
    """Meta tags and links of a page, read in one pass.

    Attributes:
        metas: Contents by name, property or itemprop in lower case, in order.
        robots: (name, content) of meta tags that speak to machines.
        canonical: Target of `rel=canonical`.
        license: Target of `rel=license`.
    """

    metas: dict[str, tuple[str, ...]]
    robots: tuple[tuple[str, str], ...]
    canonical: str | None
    license: str | None


def read_head(tree: LexborHTMLParser) -> Head:
    """From `<head>`; from the whole page where a stray element has ended the head before Open Graph."""
    head = tree.head
    found = _head_of(head.css(_HEAD_TAGS)) if head is not None else None
    if found is None or "og:title" not in found.metas:
        found = _head_of(tree.css(_HEAD_TAGS))
    return found


def _head_of(nodes: Iterable[LexborNode]) -> Head:
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
        if _ROBOTS.fullmatch(name):
            robots.append((name, content.strip()))
        if content := plain(content):
            metas.setdefault(name, []).append(content)
    stated = {name: tuple(values) for name, values in metas.items()}
    return Head(stated, tuple(robots), links.get("canonical"), links.get("license"))


def first_of(metas: Metas, names: Iterable[str]) -> str | None:
    """The first content among meta tags, in the order of names."""
    return next((metas[name][0] for name in names if name in metas), None)
