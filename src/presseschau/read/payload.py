"""Payloads of HTTP messages, in a WARC or saved by themselves, without the codings that servers wrap them in."""

from __future__ import annotations

import io
import re
import zlib

import zstandard

from presseschau.read.compression import Fault, unzstd

Headers = tuple[tuple[str, str], ...]  # names in lower case
HTML = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
HEAD_BYTES = 1 << 18  # of HTTP headers, beside the page; servers send a few KB
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)", re.IGNORECASE)
_HEAD = re.compile(rb"HTTP/\d(?:\.\d)? \d{3}(?!\d)[^\n]*+\n(?:[!-9;-~]++:[^\n]*+\n|[ \t]++[^\s][^\n]*+\n)*+\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")  # a header's line goes on
_HEADS = 50  # of redirections, as many as `curl` follows
_MEMBERS = 100  # of a gzip body; servers that send several send a handful
_CHUNK = re.compile(rb"\s*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_GZIP = b"\x1f\x8b\x08"


def message(raw: bytes) -> tuple[int | None, Headers, bytes]:
    """Status, headers and body of an HTTP response; no status where it has no status line.

    Lines may end in bare line feeds (RFC 9112, 2.2), as some crawlers write them.
    """
    end = _HEAD_END.search(raw, 0, HEAD_BYTES)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:HEAD_BYTES], b"")
    status = _STATUS.match(head)
    if status is None:
        return None, (), body
    lines = _FOLD.sub(" ", head.decode("latin-1")).split("\n")
    fields = (line.partition(":") for line in lines[1:])
    return int(status[1]), tuple((name.strip().lower(), value.strip()) for name, colon, value in fields if colon), body


def answer(raw: bytes) -> tuple[int | None, Headers, bytes]:
    r"""The same of a page that was saved with its headers (`wget --save-headers`, `curl -i`); of any other 200, none.

    `curl` saves the heads of proxies and redirections before that of the page.

    >>> answer(b"HTTP/1.1 200 OK\nDate: today\n\n<p>Ja"), answer(b"<p>Ja")
    ((200, (('date', 'today'),), b'<p>Ja'), (200, (), b'<p>Ja'))
    """
    status: int | None = 200
    headers: Headers = ()
    for _ in range(_HEADS):
        if not _HEAD.match(raw, 0, HEAD_BYTES):
            break
        status, headers, raw = message(raw)
    return status, headers, raw


def media_type(value: str | None) -> str:
    """The type of a `Content-Type`, without its parameters.

    >>> media_type("Text/HTML; charset=utf-8"), media_type(None)
    ('text/html', '')
    """
    return re.split("[;,]", value or "", maxsplit=1)[0].strip().lower()


def header(headers: Headers, name: str) -> str | None:
    """The first header of a name."""
    return next((value for one, value in headers if one == name), None)


def no_page(status: int | None, kind: str) -> Fault | None:
    """Why an answer of a status and a media type is no page; None where it may be one."""
    if status != 200:
        return "http_status", str(status)
    return ("not_html", kind[:80]) if kind and kind not in HTML else None


def decoded(raw: bytes, headers: Headers, limit: int) -> bytes | Fault:
    r"""A payload without its transfer and content encoding; a (reason, detail) where it can't be decoded.

    Many crawlers store what they decoded under the headers as sent: what is markup already stays as it is. Others store
    what was sent and not that it is packed: what looks like gzip is.

    >>> decoded(b"5\r\n<p>Ja\r\n0\r\n\r\n", (("transfer-encoding", "chunked"),), 100)
    b'<p>Ja'
    """
    fields = {name: value.lower() for name, value in reversed(headers)}
    try:
        if "chunked" in fields.get("transfer-encoding", ""):
            raw = _dechunked(raw)
        for coding in reversed(fields.get("content-encoding", "").replace(" ", "").split(",")):
            if coding not in ("", "identity", "none", "utf-8") and not _is_markup(raw):
                raw = _decompressed(raw, coding, limit + 1)
        if raw.startswith(_GZIP):
            raw = _decompressed(raw, "gzip", limit + 1)
    except (EOFError, OSError, ValueError, zlib.error, zstandard.ZstdError) as error:
        return "unreadable", f"payload: {error}"
    return raw if len(raw) <= limit else ("too_large", f"more than {limit} bytes")


def _is_markup(raw: bytes) -> bool:
    return raw[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _dechunked(raw: bytes) -> bytes:
    """The body of a chunked message (RFC 9112, 7.1); as it is where it does not begin with a chunk."""
    parts: list[bytes] = []
    at = 0
    while head := _CHUNK.match(raw, at):
        size = int(head[1], 16)
        if not size:
            return b"".join(parts)
        at = head.end() + size
        if at > len(raw):
            break
        parts.append(raw[head.end() : at])
        at += 2 if raw.startswith(b"\r\n", at) else 1
    if not at:
        return raw
    raise EOFError("the chunked body ends in the middle")


def _decompressed(raw: bytes, coding: str, limit: int) -> bytes:
    """At most `limit` bytes of what a content coding holds."""
    if coding in ("gzip", "x-gzip", "deflate"):
        # Servers send both kinds of deflate, with and without zlib's frame.
        framed = coding != "deflate" or (raw[:1] == b"\x78" and int.from_bytes(raw[:2], "big") % 31 == 0)
        data = b""
        for _ in range(_MEMBERS):
            inflate = zlib.decompressobj(47 if framed else -15)
            data += inflate.decompress(raw, limit - len(data))
            if len(data) >= limit:
                return data
            if not inflate.eof:
                raise EOFError(f"the {coding} body ends in the middle")
            raw = inflate.unused_data
            if coding == "deflate" or not raw.startswith(b"\x1f\x8b"):
                return data
        raise ValueError(f"more than {_MEMBERS} members of gzip")
    if coding == "zstd":
        parts: list[bytes] = []
        for part in unzstd(io.BytesIO(raw)):
            parts.append(part)
            limit -= len(part)
            if limit <= 0:
                break
        return b"".join(parts)
    if coding == "br":
        from fastwarc.stream_io import BrotliReader

        return bytes(BrotliReader(io.BytesIO(raw)).read(limit))
    raise ValueError(f"content encoding {coding[:20]} is not known")
