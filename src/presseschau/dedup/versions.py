"""Which URLs are versions or later pages of one article: AMP, print, full view, mobile host, page 2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_HOST = re.compile(r"^(?:www\.|amp\.|m\.|mobil\.|mobile\.)+(?=[^.]+\.)")
_PAGE_KEYS = frozenset({"page", "seite", "p", "pg", "pagenum", "page_number", "pageno", "paged", "artikelseite"})
_FULL = frozenset({"all", "alle", "full", "komplett"})
_VARIANT_PAIR = re.compile(
    r"""(?:outputtype=(?:valid-)?amp | (?:is)?amp(?:=(?:1|true|yes|amp)?)?
        | (?:print|druck|drucken|drucken?version|druckansicht|printview|printversion)(?:=(?:1|true|yes|y|ja)?)?
        | (?:view|mode|layout|output|format|template|tmpl|display|ansicht|type|action)
          =(?:print|druck|drucken|druckansicht|druckversion|amp)
        | (?:view|ansicht|singlepage)=(?:all|full|komplett|komplettansicht|single|1|true))""",
    re.VERBOSE,
)
_VARIANT_SEGMENT = frozenset(
    {"amp", "print", "drucken", "druck", "druckansicht", "druckversion", "printversion", "komplettansicht"}
)
_VARIANT_SUFFIX = re.compile(r"(?:[.\-_](?:amp|print|druck|drucken|druckversion|druckansicht))(?=(?:\.[a-z]{3,5})?$)")
_PAGE_SEGMENT = re.compile(r"^(?:(?:seite|page|p|teil-?seite)[-_]?)?(\d{1,2})(?:\.[a-z]{3,5})?$")
_DATE_PART = re.compile(r"^(?:\d{1,2}|(?:19|20)\d\d)$")  # what follows is a month or a day
_PAGE_WORD = re.compile(r"^(?:seite|page)$")
# `-p2`, `-seite-2`, `_page2` before the ending; a bare `-2` only after a number of an article id (`-189678-2.html`).
_PAGE_SUFFIX = re.compile(r"(?:[-_,](?:seite|page|p|pg)[-_]?|(?<=\d{5})[-_,])(\d{1,2})(?=(?:\.[a-z]{3,5})?$)")
# Of an address without a MARK, as most are, `version_of` says no more than what is left of it without PLAIN: its first
# group stays. Regular expressions of the database, which asks fifty addresses in the time that one takes here.
MARK = (
    r"(?i)[?#]|://(?:(?:www[.])?(?:amp|m|mobile?)|www[.]www)[.]|://[^/]*/amp/"
    r"|(?:amp|print|druck|drucken|version|ansicht|[^0-9][0-9]{1,2})(?:[.][a-z]{3,5})?/*$"
)
PLAIN = r"^https?://(?:www[.]([^./]+[.]))?|/+$"


@dataclass(frozen=True, slots=True)
class Version:
    """Which article a URL belongs to, and which page of it it is.

    Attributes:
        article: Host and path of the article's first page, without scheme, `www.`, AMP and print marks.
        page: 1 for the whole article or its first page, else the page's number.
    """

    article: str
    page: int = 1


def version_of(url: str) -> Version:
    """Which article, and which of its pages, a canonical URL shows.

    >>> version_of("https://www.example.de/test/kamera/seite-2")
    Version(article='example.de/test/kamera', page=2)
    >>> version_of("https://amp.example.de/a-1.amp.html?print=1&id=7")
    Version(article='example.de/a-1.html?id=7', page=1)
    """
    parts = urlsplit(url)
    host = _HOST.sub("", parts.netloc.lower())
    path, page = _path(parts.path)
    query, asked = _query(parts.query, paged=len(path) > 1)  # `/?p=12` selects an article, not a page
    return Version(f"{host}{path}{'?' + query if query else ''}", asked or page)


def _path(path: str) -> tuple[str, int]:
    segments = path.rstrip("/").split("/")  # the first is empty
    if len(segments) > 2 and segments[1].lower() == "amp":
        del segments[1]
    page = 1
    for _ in range(3):  # `/seite-2/amp` and `/amp/seite-2` both happen
        last = segments[-1]
        if len(segments) > 2 and last.lower() in _VARIANT_SEGMENT:
            segments.pop()
        elif (
            page == 1
            and len(segments) > 2
            and not _DATE_PART.match(segments[-2])
            and (found := _PAGE_SEGMENT.match(last.lower()))
            and _is_page(found[1])
            # `/artikel/1` is an article among many: the first page of one has no bare number.
            and (last.partition(".")[0] not in ("0", "1") or _PAGE_WORD.match(segments[-2].lower()))
        ):
            page = max(1, int(found[1]))
            segments.pop()
            if len(segments) > 2 and _PAGE_WORD.match(segments[-1].lower()):
                segments.pop()
        elif found := _VARIANT_SUFFIX.search(last.lower()):
            segments[-1] = last[: found.start()] + last[found.end() :]
        elif page == 1 and (found := _PAGE_SUFFIX.search(last.lower())) and _is_page(found[1]):
            page = max(1, int(found[1]))
            segments[-1] = last[: found.start()] + last[found.end() :]
        else:
            break
    return "/".join(segments), page


def _is_page(number: str) -> bool:
    """A page number has no leading zero (`/2024/05/07` is a date) and stays small."""
    return not (len(number) > 1 and number.startswith("0")) and int(number) <= 50


def _query(query: str, *, paged: bool) -> tuple[str, int | None]:
    kept: list[str] = []
    page: int | None = None
    for pair in query.split("&") if query else ():
        key, _, value = unquote(pair).lower().partition("=")
        if _VARIANT_PAIR.fullmatch(unquote(pair).lower()) or (key in _PAGE_KEYS and value in _FULL):
            continue
        if paged and key in _PAGE_KEYS and page is None and re.fullmatch(r"\d{1,2}", value) and _is_page(value):
            page = max(1, int(value))
        else:
            kept.append(pair)
    return "&".join(kept), page
