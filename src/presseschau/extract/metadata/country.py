"""The German-speaking country that a page is published in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presseschau.stable import host_of

_COUNTRIES = frozenset(("de", "at", "ch", "li", "lu"))
_GERMAN_REGION = re.compile(r"de[-_](de|at|ch|li|lu)\b", re.IGNORECASE)


def country_of(url: str | None, tags: Iterable[str | None] = ()) -> str | None:
    """By the ending of the address's host, else by a language tag with a region; None where neither tells.

    Args:
        url: Absolute address.
        tags: Language tags (BCP 47, or with an underscore) in the order in which they are believed.

    >>> country_of("https://www.blatt.example/a", ["de", "de_AT"]), country_of("https://blatt.ch/"), country_of(None)
    ('at', 'ch', None)
    """
    host = host_of(url)
    if host and (ending := host.rpartition(".")[2]) in _COUNTRIES:
        return ending
    return next((found[1].lower() for tag in tags if tag and (found := _GERMAN_REGION.match(tag))), None)
