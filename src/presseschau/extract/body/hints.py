"""What class names and ids say about a box, by the words in them."""

from __future__ import annotations

import re
from functools import lru_cache

from presseschau.extract.words import read_words

# The order in the file is the order of the bits.
_PATTERNS = {name: re.compile("|".join(parts)) for name, parts in read_words("body/hints").items()}
HINT_NAMES: tuple[str, ...] = tuple(_PATTERNS)
BIT = {name: 1 << i for i, name in enumerate(HINT_NAMES)}
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")


@lru_cache(maxsize=1 << 16)
def name_parts(names: str) -> tuple[str, ...]:
    """The words in a class and id string, lower case, once each.

    >>> name_parts("ArticleItem__teaserText x12")
    ('article', 'item', 'teaser', 'text', 'x')
    """
    return tuple(dict.fromkeys([t.lower() for t in _NAME_PART.findall(names)]))


@lru_cache(maxsize=1 << 16)
def _part_hints(part: str) -> int:
    bits = 0
    for name, pattern in _PATTERNS.items():
        if pattern.search(part):
            bits |= BIT[name]
    return bits


@lru_cache(maxsize=1 << 16)
def hints(names: str) -> int:
    """The hint bits of a class and id string.

    >>> hints("article__body") == BIT["body"] | BIT["article"]
    True
    """
    bits = 0
    for part in name_parts(names):
        bits |= _part_hints(part)
    return bits


# Boxes of other houses in the page: consent managers, logins, comment systems, paid links, archives' toolbars; and
# posts, which are quotes.
_GUEST = re.compile(
    r"""onetrust|(?:^|\s)ot-sdk|usercentrics|didomi|sp_message|cybotcookie|cookiebot|cmplz|borlabs|iubenda|truste-|qc-cmp|cmpbox
      | cookie-?law|cookie-?notice
      | janrain|capture_?(?:screen|modal)|gigya|webpush|disqus|coral-?(?:talk|comments|stream)|hyvor|commento
      | taboola|outbrain|plista|ligatus|(?:^|\s)trc_
      | wm-ipp-base|google-cache-hdr
      | google-auto-placed|adsbygoogle|(?:^|\s)dfp-|div-gpt-ad|grecaptcha""",
    re.VERBOSE | re.IGNORECASE,
)


_POST = re.compile(
    r"twitter-(?:tweet|video)|instagram-media|tiktok-embed|fb-(?:post|video)|(?:reddit|bluesky|mastodon)-embed|telegram-post"
)


def is_post(names: str) -> bool:
    """True for a blockquote that is a post of a network, by class and id.

    >>> is_post("twitter-tweet"), is_post("quote")
    (True, False)
    """
    return _POST.search(names) is not None


@lru_cache(maxsize=1 << 16)
def said_by(names: str) -> tuple[int, bool]:
    """The hint bits of a box, and whether it is a widget that another house puts into pages, by class and id.

    >>> said_by("article__body")[1], said_by("onetrust-sdk")[1]
    (False, True)
    """
    return hints(names), _GUEST.search(names) is not None
