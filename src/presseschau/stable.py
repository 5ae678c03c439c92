"""What must come out the same on every machine and in every year: ids, hashes, URLs, rounded scores, local time."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import tldextract

_PACKAGE = Path(__file__).parent
BERLIN = ZoneInfo("Europe/Berlin")  # of times without a zone; Vienna and Zurich keep the same time
# Only names that no known CMS uses to select an article: `cid`, `id`, `p` and `source` stay.
_TRACKING = re.compile(
    r"""(?:utm_|pk_|mtm_|piwik_|matomo_|hsa_|wt[._]|stm_|vero_|oly_|_hs|at_(?:medium|campaign|custom)|ns_(?:campaign|source|mchannel))[\w.]*
      | xtor | mc_[ce]id | _ga | _gl | (?:fb|[gdy])clid | gclsrc | gad_(?:source|campaignid) | gbraid | wbraid
      | srsltid | msclkid | twclid | ttclid | mibextid | igshid | igsh | li_fat_id | cmpid | cmp | icid | s_cid | ncid
      | sc_cid | mkt_tok | wtmc | cn-track | dicbo | ref | ref_src | ref_url | referrer | referer | reflink | smid
      | smtyp | sharetype | share | xing_share | fb_action_ids | fb_action_types | fb_source | campaign_id | phpsessid
      | jsessionid""",
    re.VERBOSE | re.IGNORECASE,
)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_CAPTURE = re.compile(
    r"^\s*(?:https?://web\.archive\.org(?::\d+)?(?-i:/web/)\d{4,14}(?:[a-z]{2}_)?/)+(?=https?://)", re.IGNORECASE
)
# Most addresses are canonical as they are stated, and this tells at once.
_CANONICAL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[\w\-.~!$&'()*+,=:@/%]*", re.ASCII)
_UNRESERVED = "-._~!$&'()*+,;=:@/%"
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_DEFAULT_PORT = {"http": "80", "https": "443"}
_ASCII = bytes(range(128))


def sha256(data: bytes | str) -> str:
    """Hex sha256 of bytes, or of a string's UTF-8 (lone surrogates replaced, so every string has a hash)."""
    return hashlib.sha256(data.encode("utf-8", "replace") if isinstance(data, str) else data).hexdigest()


def beyond_ascii(text: str) -> set[str]:
    """The different characters of a text that are not ASCII.

    >>> sorted(beyond_ascii("Größe – größer"))
    ['ß', 'ö', '–']
    """
    # Several times faster than a search.
    return set(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass"))


def article_id(url: str | None, text: str) -> str:
    """The article's id: 16 hex digits of sha256 of its canonical URL, else of the input text in NFC.

    >>> article_id("https://example.de/a", "")
    '248e882d6c7cdf55'
    """
    return sha256(url or unicodedata.normalize("NFC", text))[:16]


def code_digest(paths: Iterable[str]) -> str:
    """sha256 over the code and data files of this package below some of its paths, names included."""
    found = []
    for path in paths:
        where = _PACKAGE / path
        own = [where] if where.is_file() else [p for p in where.rglob("*") if p.is_file() and p.suffix != ".pyc"]
        if not own:
            raise FileNotFoundError(where)  # a digest that misses a stage would reuse what its old code made
        found += own
    return sha256("".join(f"{p.relative_to(_PACKAGE).as_posix()}\0{sha256(p.read_bytes())}\n" for p in sorted(found)))


def cores() -> int:
    """How many processor cores this process may use; where the system does not say so (macOS), all that it has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def rounded(score: float) -> float:
    """A score as it is published: 6 digits, never negative zero."""
    return round(score, 6) + 0.0


def canonical_url(url: str | None) -> str | None:
    """The URL without fragment, tracking, session, default port or case noise; None unless absolute http(s).

    A query that selects the article stays, in its order. A capture of the Wayback Machine is known by what it captured.

    >>> canonical_url("HTTPS://Example.de:443/a?id=7&utm_source=x#top")
    'https://example.de/a?id=7'
    >>> canonical_url("/relative") is None
    True
    """
    if not url:
        return None
    if "/web/" in url:
        url = _CAPTURE.sub("", url)
    if _CANONICAL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    host = _ascii_host(host or "")
    if scheme not in _DEFAULT_PORT or host is None:
        return None
    netloc = host if port is None or str(port) == _DEFAULT_PORT[scheme] else f"{host}:{port}"
    query = "&".join(p for p in parts.query.split("&") if p and not _TRACKING.fullmatch(unquote(p.partition("=")[0])))
    path = quote(_SESSION.sub("", parts.path) or "/", safe=_UNRESERVED)
    found = urlunsplit((scheme, netloc, path, quote(query, safe=_UNRESERVED + "?"), ""))
    return None if host == "web.archive.org" and _CAPTURE.match(found) else found  # a capture in disguise: `%77eb.…`


def _ascii_host(host: str) -> str | None:
    """A host in lower case as the network knows it, an IPv6 address in brackets; None where it can't be one.

    `ß` is a letter of its own, as for registries and browsers since IDNA 2008 (RFC 5891); Python's codec makes it `ss`.
    """
    if ":" in host:  # only brackets let it in; a `%3A` does not
        host = f"[{host.lower()}]"
        return host if _HOST.fullmatch(host) else None
    host = unquote(host).lower()
    try:
        if "ß" in host:
            host = ".".join(_punycode(label) if "ß" in label else label for label in host.split("."))
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return None
    host = host.rstrip(".")
    return host if _HOST.fullmatch(host) else None


def _punycode(label: str) -> str:
    return "xn--" + unicodedata.normalize("NFKC", label).encode("punycode").decode()


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list that is shipped with the package: no network, no cache on disk."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@cache
def registrable_domain(host: str) -> str | None:
    """The domain that a publisher registered.

    >>> registrable_domain("www.heise.de"), registrable_domain("news.orf.at"), registrable_domain("localhost")
    ('heise.de', 'orf.at', None)
    >>> registrable_domain("www.blatt.example"), registrable_domain("10.0.0.1")
    ('blatt.example', None)
    """
    found = _suffixes()(host)
    if found.suffix:
        return found.top_domain_under_public_suffix or None
    # The list's own default for a top-level domain it does not know is the rule "*": `.example`, an intranet's `.lan`
    labels = host.lower().rstrip(".").split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 and all(labels) and labels[-1].isalpha() else None


def host_of(url: str | None) -> str | None:
    """Host of an absolute URL in lower case, None where it has none.

    >>> host_of("https://www.heise.de/news/x.html"), host_of("/news/x.html"), host_of(None)
    ('www.heise.de', None, None)
    """
    if not url:
        return None
    return url.split("/", 3)[2] if _CANONICAL.fullmatch(url) else urlsplit(url).hostname


def publisher_of(url: str | None) -> str | None:
    """Registrable domain of a URL, None where it has none.

    >>> publisher_of("https://www.heise.de/news/x.html")
    'heise.de'
    """
    host = host_of(url)
    return registrable_domain(host) if host else None
