"""Patterns in class names: the pages of a site have the same few, again and again."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache


def found_in(pattern: str) -> Callable[[str], bool]:
    """Whether a pattern, in capitals or not, is found in a class string; each is searched once.

    >>> is_kicker = found_in("kicker|topline")
    >>> is_kicker("article-Kicker"), is_kicker("article")
    (True, False)
    """
    compiled = re.compile(pattern, re.IGNORECASE)
    return lru_cache(maxsize=4096)(lambda names: compiled.search(names) is not None)
