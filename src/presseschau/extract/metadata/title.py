"""The headline among the places where a page repeats it: h1, JSON-LD, Open Graph, `<title>`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from presseschau.extract.metadata.headings import Heading, Words, split_lead, words
from presseschau.extract.metadata.jsonld import plain

SiteKeys: TypeAlias = frozenset[Words]

_SEPARATOR = re.compile(r"\s+[|ǀ│–—\-•·:»«›‹~]+\s+|\s*[|ǀ│]\s*|\s*»\s+|\s+—\s*|--")
_HAS_SEPARATOR = re.compile(r"[|ǀ│»]|\s[–—\-•·:«›‹~]+\s|\s—|--")  # most titles have none, and this tells at once
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# What a site puts before or behind its name; open classes of words would cut "Welt in Aufruhr – …" on welt.de.
_ADDITIONS = frozenset((
    "online", "news", "nachrichten", "magazin", "magazine", "blog", "forum", "community", "portal", "zeitung",
    "archiv", "plus", "live", "tv", "net", "com", "org", "info", "eu", "de", "at", "ch", "li", "lu", "it", "uk", "co",
    "digital", "redaktion", "print", "app", "the", "die", "der", "das", "e", "v", "ev", "gmbh", "ag", "deutschland",
    "schweiz", "oesterreich", "www",
))  # fmt: skip
_MAX_PIECES = 20
_CONFIRMED = 0.5  # an h2 that shares fewer words with what the page states may be a teaser's


def without_site(title: str, names: SiteKeys) -> str:
    """The title without the site's name in front or behind.

    Args:
        title: As `<title>` or `og:title` has it.
        names: From `site_keys`.

    >>> without_site("Neue Chips für alle | Beispiel online", site_keys(("Beispiel",)))
    'Neue Chips für alle'
    """
    while _HAS_SEPARATOR.search(title) and (cuts := list(_SEPARATOR.finditer(title))):
        ends = [*(cut.start() for cut in cuts[1:]), len(title)]
        site = next((cut for cut, end in zip(cuts, ends, strict=True) if is_site(title[cut.end() : end], names)), None)
        if is_site(title[: cuts[0].start()], names):
            title = title[cuts[0].end() :]
        elif site is not None:  # what follows the site's name is its motto
            title = title[: site.start()]
        else:
            break
    return title.strip()


def without_section(title: str, section: str | None, url: str | None) -> str:
    """The title without the name of its section behind a bar, by what the page states or by its address.

    >>> without_section("Neue Chips für alle | Wirtschaft", None, "https://www.beispiel.de/wirtschaft/chips.html")
    'Neue Chips für alle'
    """
    headline, bar, behind = title.rpartition(" | ")
    if not bar or not headline.strip():
        return title
    name = key_of(behind)
    # The last part of an address, with a slash behind it or not, is the article's own; a number is a year or a month.
    places = [section or "", *unquote(urlsplit(url or "").path).rstrip("/").split("/")[1:-1]]
    is_section = name in map(key_of, places) and not all(map(str.isdigit, name))
    return headline.strip() if is_section else title


def shown_piece(title: str, subheads: Sequence[LexborNode]) -> str | None:
    """The piece of a stated title that an h2 says, the longest of several; the others name the site or the section.

    Args:
        title: One that no h1 says.
        subheads: The page's h2 elements.
    """
    if not _HAS_SEPARATOR.search(title):
        return None
    said = {words(plain(node.text())) for node in subheads[:_MAX_PIECES]}
    return max((piece for piece in _SEPARATOR.split(title) if words(piece) in said), key=len, default=None)


def pieces_of(title: str) -> list[str]:
    """The title, and what in it may be the headline: pieces of several words, or what follows a kicker."""
    pieces = [*_SEPARATOR.split(title), title.partition(": ")[2]]
    return [title, *(piece for piece in pieces if " " in piece.strip())]


def _behind_site(page: str | None, names: SiteKeys) -> str | None:
    """A `<title>` that stands alone, without `Blog: ` in front: how Blogger names a post whose headline is no h1."""
    before, _, behind = (page or "").partition(": ")
    return behind if behind and key_of(before) in names else page


@lru_cache(maxsize=256)  # a crawl has few sites
def site_keys(sites: tuple[str, ...]) -> SiteKeys:
    """Names of a site (`og:site_name`, publisher, domain) in a form that compares: folded words, apart and in one."""
    keys = [key for site in sites if len("".join(key := key_of(site))) > 1]
    return frozenset([*keys, *(("".join(key),) for key in keys)])


def key_of(text: str) -> Words:
    """Words in the spelling of addresses: lower case, "ae" for "ä"."""
    return words(text if text.isascii() else text.lower().translate(_FOLD))


def is_site(piece: str, names: SiteKeys) -> bool:
    """True for a name of the site, also with what sites add to it: `Beispiel online`."""
    own = key_of(piece)
    if not own or ("".join(own),) in names:
        return True
    for name in names:
        size = len(name)
        if (own[:size] == name and _ADDITIONS.issuperset(own[size:])) or (
            own[-size:] == name and _ADDITIONS.issuperset(own[:-size])
        ):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Stated:
    """Titles that a page states to machines: JSON-LD, `og:title`, `<title>`, JSON-LD `alternativeHeadline`."""

    headline: str | None = None
    social: str | None = None
    page: str | None = None
    alternative: str | None = None


def choose_title(shown: Sequence[Heading], stated: Stated, names: SiteKeys) -> str | None:
    """The publisher's headline.

    Pages carry a headline for readers and one for search engines. What JSON-LD and Open Graph agree on is the headline;
    where they differ, the shown one decides, unless `<title>` repeats it and the JSON-LD headline stands alone: then h1
    and `<title>` are written for search engines and the JSON-LD headline is the newsroom's.

    Args:
        shown: From `read_headings`.
        stated: What the page tells machines.
        names: Names of the site, to be cut off, from `site_keys`.
    """
    headline = without_site(stated.headline, names) if stated.headline else None
    if headline and stated.headline == stated.social and any(heading.text == headline for heading in shown):
        return headline  # nearly half of all pages say one thing everywhere
    social, page = (without_site(text, names) if text else None for text in (stated.social, stated.page))
    heading = _shown_headline(shown, [words(headline), words(social)], words(page), names)
    if heading is None:
        return headline or social or _behind_site(page, names)
    seo = {words(crumb.text) for crumb in shown if crumb.crumb} - {words(heading.text)}
    h, o, t = words(headline), words(social), words(page)
    if h and h == o:
        return next(
            (text for text in (_tidied(social, heading), _tidied(headline, heading)) if text != heading.text),
            heading.text,
        )
    if heading.kicker and o == t == words(f"{heading.kicker} {heading.text}"):
        return _tidied(social, heading)
    headline, social, page = (_tidied(text, heading) for text in (headline, social, page))
    h, o, t, s = words(headline), words(social), words(page), words(heading.text)
    if h and h == o:
        return headline
    if s == o:
        newsroom = t == s and h and h not in seo and words(stated.alternative) != s and not _contains(s, h)
        return headline if newsroom else social
    if h and h != s and h not in seo:
        return headline
    return heading.text


def _shown_headline(shown: Sequence[Heading], stated: list[Words], page: Words, names: SiteKeys) -> Heading | None:
    """The heading that the page's statements speak of; the first where they speak of none."""
    keys = [key for key in (*stated, page) if key]
    seo = [words(heading.text) for heading in shown if heading.crumb]
    free = [key for key in keys if key not in seo]
    candidates = [
        split_lead(heading, free)
        for heading in shown
        if words(heading.text) in keys or not is_site(heading.text, names)
    ]
    if not candidates and not keys:
        candidates = list(shown)

    def relation(heading: Heading) -> float:
        own = words(heading.text)
        if not own:
            return -1.0
        if own in keys or words(f"{heading.kicker} {heading.text}") in keys:
            return 3.0 + (own in stated)
        return max((_overlap(own, key) for key in keys), default=0.0)

    best = max(candidates, key=relation, default=None)
    if best is not None and stated[1] and page in stated and relation(best) < _CONFIRMED:
        return None  # what two statements agree on, against headings that share no more than a word or two with it
    if best is not None and best.crumb:
        second = (
            heading for heading in candidates if heading.kicker and not heading.crumb and relation(heading) > _CONFIRMED
        )
        return max(second, key=relation, default=best)
    return best


def shared(own: Words, other: Words) -> float:
    """Share of the longer one's words that both have."""
    return len(set(own) & set(other)) / max(len(set(own)), len(set(other))) if own and other else 0.0


def _overlap(own: Words, other: Words) -> float:
    """The share, plus one where one stands in the other as it is."""
    return shared(own, other) + (len(own) > 1 and _contains(other, own))


def _contains(whole: Words, part: Words) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


def _tidied(text: str | None, heading: Heading) -> str | None:
    """A stated title, without what a CMS has joined to the visible headline: section, date, kicker."""
    if not text:
        return None
    before, found, behind = text.partition(heading.text)
    if found and (_SEPARATOR.match(behind) or behind.startswith(" : ")):
        text = before + found
    if heading.kicker and words(text) == words(f"{heading.kicker} {heading.text}"):
        # A colon is how an editor writes a kicker; a dash or bar is how a template joins one.
        join = text[: len(text) - len(heading.text)] if text.endswith(heading.text) else text
        return text if ":" in join[len(heading.kicker) - 1 :] else heading.text
    return text
