"""Bytes of a saved page to text: the encoding it has, not the one it claims.

Order: byte order mark, UTF-8 that decodes, HTTP header, `<meta charset>` or XML declaration, detection. Labels mean
what browsers take them to mean (WHATWG Encoding Standard, https://encoding.spec.whatwg.org).
"""

from __future__ import annotations

import codecs
import re

import numpy as np

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = tuple(mark for mark, _ in _BOMS)
# Only these codecs may be named by a page: Python's own registry also holds zip, hex and unicode_escape.
_CODEC_LABELS = {
    "utf-8": "utf8 utf-8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf-16 utf-16le utf-16be"
    " unicode ucs-2",
    "cp1252": "iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 iso-ir-100 csisolatin1 latin1 latin-1 l1"
    " ascii us-ascii"
    " ansi_x3.4-1968 cp819 ibm819 cp1252 windows-1252 win-1252 x-cp1252 x-user-defined",
    "iso8859-2": "iso-8859-2 iso8859-2 iso88592 iso_8859-2 latin2 l2 csisolatin2",
    "iso8859-3": "iso-8859-3 iso8859-3 latin3 l3",
    "iso8859-4": "iso-8859-4 iso8859-4 latin4 l4",
    "iso8859-5": "iso-8859-5 iso8859-5 cyrillic csisolatincyrillic",
    "iso8859-6": "iso-8859-6 iso8859-6 arabic asmo-708 csisolatinarabic",
    "iso8859-7": "iso-8859-7 iso8859-7 greek greek8 elot_928 csisolatingreek",
    "iso8859-8": "iso-8859-8 iso8859-8 iso-8859-8-i iso-8859-8-e hebrew visual logical",
    "iso8859-10": "iso-8859-10 iso8859-10 latin6 l6",
    "iso8859-13": "iso-8859-13 iso8859-13",
    "iso8859-14": "iso-8859-14 iso8859-14",
    "iso8859-15": "iso-8859-15 iso8859-15 iso885915 iso_8859-15 latin9 latin-9 l9 csisolatin9",
    "iso8859-16": "iso-8859-16",
    "cp866": "ibm866 cp866 866 csibm866",
    "koi8-r": "koi8-r koi8 koi koi8_r cskoi8r",
    "koi8-u": "koi8-u koi8-ru",
    "mac-roman": "macintosh mac x-mac-roman csmacintosh",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp874": "windows-874 iso-8859-11 iso8859-11 tis-620 dos-874",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251 win-1251",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 latin5 l5 csisolatin5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "gb18030": "gb18030 gbk gb2312 gb_2312-80 gb_2312 x-gbk chinese csgb2312 iso-ir-58",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5 csbig5",
    "euc_jp": "euc-jp x-euc-jp cseucpkdfmtjapanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis",
    "cp949": "euc-kr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949 cseuckr",
}
_CODEC_OF = {label: codec for codec, labels in _CODEC_LABELS.items() for label in labels.split()}
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_META_WINDOW = 4096  # the standard says 1024, but sites put long comments and preloads first
_UTF8_SEQUENCE = re.compile(rb"[\xC2-\xDF][\x80-\xBF]|[\xE0-\xEF][\x80-\xBF]{2}|[\xF0-\xF4][\x80-\xBF]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
# Bytes of windows-1252 that German pages use: umlauts, ß, quotes, dashes, €, «», §, °, ·, NBSP, é è ê à á ç ñ ô.
_GERMAN_1252 = frozenset(
    b"\xe4\xf6\xfc\xdf\xc4\xd6\xdc\x80\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xa9\xab\xad\xae\xb0\xb7\xbb\xa7\xe9\xe8\xea\xe0\xe1\xe7\xf1\xf4"
)
_DETECT_SAMPLE = 16_384
_MAGIC = (
    b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!",
    b"\x7fELF", b"RIFF", b"OggS", b"ID3", b"\x00\x00\x01\x00", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0", b"wOFF",
    b"wOF2", b"SQLite format",
)  # fmt: skip
_BINARY_WINDOW = 8192
_HIGH_BITS = np.uint64(0x8080808080808080)
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def decode(raw: bytes, headers: tuple[tuple[str, str], ...] = ()) -> str:
    """The page as text; never raises, bytes that fit nowhere become U+FFFD.

    Args:
        raw: The page as it was sent, without transfer or content encoding.
        headers: HTTP response headers, names in lower case; only `content-type` is read.

    >>> decode("Grüße".encode("cp1252"), (("content-type", "text/html; charset=ISO-8859-1"),))
    'Grüße'
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    if wide := _utf16_without_mark(raw):
        return raw.decode(wide, "replace")
    # ISO-2022-JP is the one encoding that is valid UTF-8 and none: all ASCII, with escapes.
    if b"\x1b" in raw and declared_encoding(raw, headers) == "iso2022_jp":
        return raw.decode("iso2022_jp", "replace")
    try:
        return codecs.utf_8_decode(raw, "strict", False)[0]  # not final: a page cut inside a character is still UTF-8
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(raw):
        return raw.decode("utf-8", "presseschau-1252")
    declared = declared_encoding(raw, headers)
    codec = declared if declared not in (None, "utf-8") else _detect(raw)
    return raw.decode(codec or "cp1252", "replace")


def as_utf8(raw: bytes, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The page in UTF-8: the same bytes where they are that already, else what `decode` makes of them.

    >>> as_utf8("Grüße".encode("cp1252")) == as_utf8("Grüße".encode()) == "Grüße".encode()
    True
    """
    # It may have a byte order mark, or be UTF-16 or ISO-2022-JP; of other valid UTF-8, `decode` makes the same text.
    odd = raw[:1] >= b"\x80" or b"\x00" in raw[:512] or b"\x1b" in raw
    return raw if not odd and is_utf8(raw) else decode(raw, headers).encode("utf-8")


def is_utf8(raw: bytes) -> bool:
    """Whether bytes are UTF-8, at a quarter of the cost of decoding them: only what is not ASCII is looked at.

    >>> is_utf8("Grüße".encode()), is_utf8("Grüße".encode("cp1252"))
    (True, False)
    """
    if raw.isascii():
        return True
    count = len(raw) // 8
    words = np.frombuffer(raw, np.uint64, count)
    high = (words & _HIGH_BITS) != 0
    # With the word behind it: where that one is ASCII, it ends a sequence that it should go on with, as in the page.
    picked = high.copy()
    picked[1:] |= high[:-1]
    try:
        (words[picked].tobytes() + raw[8 * count :]).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def declared_encoding(raw: bytes, headers: tuple[tuple[str, str], ...] = ()) -> str | None:
    """The Python codec of the charset that the header, else the page, declares; None without a known label."""
    for name, value in headers:
        if name.lower() == "content-type" and (found := _HEADER_CHARSET.search(value)):
            codec = _CODEC_OF.get(found[1].lower())
            if codec:
                return codec
    head = raw[:_META_WINDOW]
    if xml := _XML_ENCODING.search(head):
        return _CODEC_OF.get(xml[1].decode("ascii").lower())
    for meta in _META_CHARSET.finditer(_COMMENT.sub(b"", head)):
        codec = _CODEC_OF.get(meta[1].decode("ascii", "replace").lower())
        if codec:
            return codec
    return None


def looks_binary(raw: bytes) -> bool:
    """True for images, PDFs, archives and other bytes that are no text in any encoding.

    >>> looks_binary(b"%PDF-1.7 ..."), looks_binary("Grüße".encode("utf-16"))
    (True, False)
    """
    if raw.startswith(_MAGIC):
        return True
    if raw.startswith(_MARKS) or _utf16_without_mark(raw):
        return False
    head = raw[:_BINARY_WINDOW]
    controls = len(head) - len(head.translate(None, _CONTROL))
    # Pages hold a stray control byte now and then; compressed data has them in one byte of nine.
    return controls > 0.02 * len(head)


def _utf16_without_mark(raw: bytes) -> str | None:
    """UTF-16 shows as zero bytes beside ASCII markup on one parity only."""
    head = raw[:512]
    if b"\x00" not in head or len(head) < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _mostly_utf8(raw: bytes) -> bool:
    """UTF-8 with a few foreign bytes pasted in: by far most high bytes stand in well-formed sequences.

    In a single-byte encoding two high bytes rarely meet, and rarely as lead and continuation.
    """
    high = len(_HIGH.findall(raw))
    inside = sum(map(len, _UTF8_SEQUENCE.findall(raw)))
    return inside >= 0.8 * high


def _single_byte_1252(error: UnicodeError) -> tuple[str, int]:
    """Error handler: a byte that is no UTF-8 is read as windows-1252, as pasted legacy text is."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("presseschau-1252", _single_byte_1252)


def _detect(raw: bytes) -> str | None:
    """Codec by content: German bytes first (cheap), then charset-normalizer on a sample around the first high byte."""
    first = _HIGH.search(raw)
    if first is None:
        return None
    start = max(0, first.start() - _DETECT_SAMPLE // 4)
    sample = raw[start : start + _DETECT_SAMPLE]
    high = _HIGH.findall(sample)
    if sum(byte[0] in _GERMAN_1252 for byte in high) >= 0.95 * len(high):
        return "cp1252"
    from charset_normalizer import from_bytes  # slow to import and to run: only pages that say nothing get here

    best = from_bytes(sample).best()
    return best.encoding if best is not None and best.encoding not in {"utf_7", "utf_16", "utf_32"} else None
