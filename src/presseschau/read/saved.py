"""Pages as browsers and tools save them: MHTML, Safari's web archives, and HTML with a note of where and when."""

from __future__ import annotations

import plistlib
import re
from email import message_from_bytes
from email.errors import CloseBoundaryNotFoundDefect

from presseschau.read.dates import utc_date

# Headers of a message of several parts, "web page, single file" (RFC 2557).
_MHTML = re.compile(
    rb"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}?Content-Type:\s*multipart/related", re.IGNORECASE
)
_HTML = ("text/html", "application/xhtml+xml")
_NOTES = re.compile(
    rb"""<!--\s*(?:
           Page\ saved\ with\ SingleFile\s+url:\ (https?://\S+)\s+saved\ date:\ (\w{3}\ \w{3}\ [\d: ]+GMT[+-]\d{4})
         | Saved\ from\ (https?://\S+)\ at\ (\d{4}-[\d:T-]+Z)\ using\ monolith
         | Mirrored\ from\ ()\S+\ by\ HTTrack[^,>]*,\ (\w{3},\ [\w: ]+GMT)
         | saved\ from\ url=\(\d+\)(https?://\S+)\s())""",
    re.VERBOSE,
)
_NOTE_BYTES = 1 << 12
_OWN_URL = re.compile(rb"canonical|og:url", re.IGNORECASE)


def as_saved(raw: bytes) -> tuple[bytes, dict[str, object]]:
    """The page of a file, and what is noted about it: `url`, `crawled`, `headers`, as in a sidecar.

    The address that HTML was saved from is taken only where the page states none itself.

    Raises:
        ValueError: An archive that has no page, or ends within it, or a document of another kind; one line says so.
    """
    if _MHTML.match(raw):
        return _from_mhtml(raw)
    if raw.startswith(b"bplist00"):
        return _from_webarchive(raw)
    if raw.startswith(b"{\\rtf"):
        raise ValueError("RTF, a document of a word processor: save it as plain text")
    note = _NOTES.search(raw, 0, _NOTE_BYTES)
    if note is None:
        return raw, {}
    url, date = (part.decode("utf-8", "replace") for part in note.groups() if part is not None)
    stated: dict[str, object] = {"crawled": utc_date(date)}
    return raw, stated if _OWN_URL.search(raw) else {"url": url, **stated}


def _from_mhtml(raw: bytes) -> tuple[bytes, dict[str, object]]:
    try:
        message = message_from_bytes(raw)
    except RecursionError:
        raise ValueError("an MHTML file of parts within parts without end") from None
    parts = [part for part in message.walk() if not part.is_multipart()]
    page = next((part for part in parts if part.get_content_type() in _HTML), None)
    if page is None:
        raise ValueError("an MHTML file without a page")
    if page is parts[-1] and any(isinstance(fault, CloseBoundaryNotFoundDefect) for fault in message.defects):
        raise ValueError("the MHTML file ends in the middle of the page")
    body = page.get_payload(decode=True)
    url = message["Snapshot-Content-Location"] or page["Content-Location"] or message["Content-Location"] or ""
    return body if isinstance(body, bytes) else b"", {
        "url": "".join(str(url).split()),  # long ones go on in the next line
        "crawled": utc_date(str(message["Date"] or "")),
        "headers": [("content-type", " ".join(str(page["Content-Type"]).split()))],
    }


def _from_webarchive(raw: bytes) -> tuple[bytes, dict[str, object]]:
    try:
        main = plistlib.loads(raw, fmt=plistlib.FMT_BINARY)["WebMainResource"]
        body, url, kind = main["WebResourceData"], main["WebResourceURL"], main["WebResourceMIMEType"]
        charset = main.get("WebResourceTextEncodingName", "")
    except (plistlib.InvalidFileException, RecursionError, KeyError, TypeError, AttributeError):
        raise ValueError("a web archive of Safari that is broken, or has no page") from None
    if not isinstance(body, bytes) or kind not in _HTML:
        raise ValueError("a web archive of Safari without a page")
    return body, {"url": str(url), "headers": [("content-type", f"{kind}; charset={charset}" if charset else kind)]}
