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
        if not isinstance(data, dict):
            raise ValueError(f"{where}: a rule has keys {', '.join(sorted(_KEYS))}, it is not {data!r:.60}")
        unknown = sorted(map(repr, set(data) - _KEYS))
        if unknown:
            raise ValueError(f"{where}: unknown key {unknown[0]}")
        until = data.get("until")
        if until is not None and type(until) is not date:  # a time of day is a date, too, and can't be compared
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
    """A site's rules in the order of the file; () for an unknown site.

    Raises:
        ValueError: The file can't be read or is wrong; one line that names it.
    """
    if domain not in _known_sites():
        return ()
    import yaml

    path = _FOLDER / f"{domain}.yaml"
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, OSError) as error:
        what = error.strerror if isinstance(error, OSError) else str(error)
        raise ValueError(f"{path.name}: {' '.join(str(what).split())}") from None
    if not isinstance(rows, list) or not rows:
        raise ValueError(f"{path.name}: must be a list of rules, each with a dash in front")
    return tuple(SiteRule.from_mapping(row, path.name) for row in rows)


@cache
def check_rules() -> None:
    """Reads the rules of all sites, so that a mistake is found before any page.

    Raises:
        ValueError: A file is wrong, or has a name that no site's rules are looked for under; one line.
    """
    for path in sorted(_FOLDER.glob("*.y*ml")):
        plain = path.stem.count(".") == 1  # else the list of public suffixes is read, which takes a while
        domain = path.stem.lower() if plain else publisher_of(f"https://{path.stem}") or "DOMAIN"
        if path.name != f"{domain}.yaml":
            raise ValueError(f"{path.name}: rules of a site are looked for in {domain}.yaml")
        read_rules(path.stem)


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
