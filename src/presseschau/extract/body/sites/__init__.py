"""Dated site rules: what one publisher's pages call their boxes, as data, one YAML file a site.

A file `sites/DOMAIN.yaml` is a list of rules; the first whose `until` is not before the crawl date holds (a rule
without `until` holds for ever, a page without crawl date gets the last rule):

    - until: 2024-06-30
      drop: [factbox, "newsletter-teaser"]   # class names or ids of boxes that are no part of the article
      body: [article-body]                   # boxes that hold it; nothing outside of them and of `lead` is
      lead: [article-intro]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from presseschau.extract.body.blocks import Block, Box, upwards
from presseschau.stable import publisher_of

_FOLDER = Path(__file__).parent
_BOXES = ("drop", "body", "lead")
_KEYS = {"until", *_BOXES}


@dataclass(frozen=True, slots=True)
class SiteRule:
    """What a site's boxes are called until a date.

    Attributes:
        drop: Class names and ids of boxes that are no part of the article.
        body: Of boxes that hold it.
        lead: Of boxes that hold its lead.
        until: Last crawl date on which the rule holds.
    """

    drop: frozenset[str] = frozenset()
    body: frozenset[str] = frozenset()
    lead: frozenset[str] = frozenset()
    until: date | None = None

    @classmethod
    def from_mapping(cls, data: dict[str, Any], where: str) -> SiteRule:
        """From YAML.

        Raises:
            ValueError: For an unknown key or a value of another type.
        """
        unknown = sorted(set(data) - _KEYS)
        if unknown:
            raise ValueError(f"{where}: unknown key {unknown[0]!r}")
        until = data.get("until")
        if until is not None and not isinstance(until, date):
            raise ValueError(f"{where}: until must be a date, not {until!r}")
        for key in _BOXES:
            names = data.get(key, [])
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise ValueError(f"{where}: {key} must be a list of class names and ids, not {names!r}")
        drop, body, lead = (frozenset(data.get(key, [])) for key in _BOXES)
        return cls(drop, body, lead, until)


@cache
def _known_sites() -> frozenset[str]:
    return frozenset(path.stem for path in _FOLDER.glob("*.yaml"))


@cache
def read_rules(domain: str) -> tuple[SiteRule, ...]:
    """A site's rules in the order of the file; () for an unknown site."""
    if domain not in _known_sites():
        return ()
    import yaml

    path = _FOLDER / f"{domain}.yaml"
    return tuple(SiteRule.from_mapping(row, path.name) for row in yaml.safe_load(path.read_text(encoding="utf-8")))


def rule_for(domain: str | None, crawled: datetime | None) -> SiteRule | None:
    """The rule that holds for a site on a day."""
    rules = read_rules(domain) if domain else ()
    if not rules:
        return None
    if crawled is None:
        return rules[-1]
    return next((r for r in rules if r.until is None or crawled.date() <= r.until), None)


def site_blocks(blocks: Sequence[Block], url: str | None, crawled: datetime | None) -> list[Block] | None:
    """The blocks that the site's rule leaves; None where no rule has a say, as one that would leave nothing has not."""
    rule = rule_for(publisher_of(url), crawled)
    left = apply_rule(rule, blocks) if rule else []
    return left if left and len(left) < len(blocks) else None


def apply_rule(rule: SiteRule, blocks: Sequence[Block]) -> list[Block]:
    """The blocks in `body` and `lead` boxes (all, where the page has no such box) and in no `drop` box."""
    kept = [b for b in blocks if not _in(b.box, rule.drop)]
    body = [b for b in kept if _in(b.box, rule.body)]
    if not body:
        return kept
    wanted = rule.body | rule.lead
    return [b for b in kept if b.tag == "h1" or _in(b.box, wanted)]


def _in(box: Box, names: frozenset[str]) -> bool:
    return bool(names) and any(not names.isdisjoint(around.names.split()) for around in upwards(box))
