"""HTML and text files, one page each, with what a sidecar `a.json` states about `a.html` or `a.html.gz`.

Where they are in a ZIP archive, they are read from there.
"""

# Names stay strings, as in listing.py.
# ruff: noqa: PTH113, PTH118, PTH122, PTH123

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from presseschau.document import Drop, Page, PageKind
from presseschau.read.compression import Fault, read_page
from presseschau.read.dates import utc_date
from presseschau.read.listing import ZIP, ending_of, is_hidden, is_page, stem_of, with_compressed
from presseschau.read.mojibake import TWICE, once_encoded
from presseschau.read.payload import HTML, Headers, answer, decoded, header, media_type, no_page
from presseschau.read.record import Columns, parse_object, stated_page
from presseschau.read.saved import as_saved
from presseschau.read.unit import Skipped, Unit, dropped, failed, os_detail
from presseschau.read.zip_file import content_of, files_in, opened, split

ENDINGS = {"html": (".html", ".htm", ".xhtml"), "text": (".txt",)}


@dataclass(frozen=True, slots=True)
class PageFiles:
    """One page per file. A broken sidecar fails its page: what it should have said is not known.

    Attributes:
        kind: What the files are.
        columns: How sidecars name what they state.
        also: More endings of page files, "" for every file.
    """

    kind: PageKind
    columns: Columns
    also: tuple[str, ...] = ()

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of page files."""
        return _endings(self.kind, self.also)

    def split(self, source: str, path: str) -> Iterator[Unit | Drop]:
        """One unit per file, or several of an archive."""
        if path.lower().endswith(ZIP):
            yield from split(source, path, self.columns.key(self.kind) + repr(self.also).encode())
            return
        try:
            with open(path, "rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                content = file.read() if size <= 1 << 20 else hashlib.file_digest(file, "sha256").digest()
        except OSError as error:
            yield failed(source, "unreadable", os_detail(error))
            return
        if not size:
            yield failed(source, "empty", "the file has no bytes")
            return
        digest = hashlib.sha256(self.columns.key(self.kind))
        digest.update(b"%d\n" % size + content)
        digest.update(b"\n%r" % self._sidecar(path))
        yield Unit(source, path, size, digest.hexdigest())

    def pages(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:
        """The page, or those of an archive; other files in there are counted."""
        if unit.path.lower().endswith(ZIP):
            yield from self._zipped(unit)
        else:
            yield self._page(unit.source, read_page(unit.path, self.columns.max_bytes), self._sidecar(unit.path))

    def _zipped(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:
        archive, limit, others = opened(unit.path), self.columns.max_bytes, Counter[str]()
        if isinstance(archive, tuple):
            yield failed(unit.source, *archive)
            return
        endings = tuple(ending for ending in self.endings if not ending.endswith((".zst", ZIP)))
        with archive:
            files = files_in(archive)
            pages = {name: self._beside(name) for name in files if is_page(name, endings) and not is_hidden(name)}
            sidecars = set(pages.values())
            for name in list(files)[unit.start : unit.stop]:
                if name in pages:
                    beside = files.get(pages[name])
                    sidecar = _stated(content_of(archive, beside, limit)) if beside else None
                    yield self._page(f"{unit.source}#{name}", content_of(archive, files[name], limit), sidecar)
                elif name not in sidecars:
                    others["(hidden)" if is_hidden(name) else ending_of(name)] += 1
        for ending, count in sorted(others.items()):
            yield Skipped(f"{ending} in {ZIP}", count)

    def _page(self, source: str, raw: bytes | Fault, sidecar: bytes | str | None) -> Page | Drop:
        found = self._unwrapped(source, raw)
        if isinstance(found, Drop):
            return found
        page, noted, kind = found
        content: bytes | str = page
        if TWICE[1:] in page and TWICE in page:  # two steps, since a search for one byte is ten times as fast
            text = page.decode("utf-8", "replace")
            content = mended.removeprefix("\ufeff") if (mended := once_encoded(text)) != text else page
        if isinstance(sidecar, str):
            return failed(source, "bad_sidecar", sidecar)
        try:
            record = parse_object(sidecar) if sidecar is not None else {}
        except ValueError as error:
            return failed(source, "bad_sidecar", str(error))
        record = {self.columns.name(ours): value for ours, value in noted.items()} | record
        return stated_page(record, source, kind, content, self.columns, reason="bad_sidecar")

    def _unwrapped(self, source: str, raw: bytes | Fault) -> tuple[bytes, dict[str, object], PageKind] | Drop:
        """The page that a file holds, what is noted there about it, and what it is."""
        if isinstance(raw, bytes):  # `wget` and `curl` save what a server has packed as it was sent
            raw = decoded(raw, (), self.columns.max_bytes)
        if isinstance(raw, tuple):
            return failed(source, *raw)
        status, headers, body = answer(raw)
        kind = media_type(header(headers, "content-type"))
        if other := no_page(status, kind if self.kind == "html" else ""):
            return dropped(source, *other)
        unpacked = decoded(body, headers, self.columns.max_bytes) if headers else body
        if isinstance(unpacked, tuple):
            return failed(source, *unpacked)
        try:
            page, noted = as_saved(unpacked)
        except ValueError as error:
            return failed(source, "unreadable", str(error))
        if not page.strip():
            return failed(source, "empty", "the page has no content")
        is_html = kind in HTML or "headers" in noted  # MHTML has headers, and is no text
        return page, _dated(headers) | noted, "html" if is_html else self.kind

    def _sidecar(self, path: str) -> bytes | str | None:
        """The bytes of the sidecar, None where there is none, or a string that says why it can't be read."""
        name = self._beside(path)
        if not name.isascii():
            name = next(filter(os.path.lexists, _spellings(name)), name)
        if name == path or not os.path.lexists(name):
            return None
        if not os.path.isfile(name):
            return "not a regular file"
        return _stated(read_page(name, self.columns.max_bytes))

    def _beside(self, path: str) -> str:
        """The name that a page's sidecar has."""
        stem = stem_of(path, self.endings)
        return (stem if stem is not None else path if "?" in path else os.path.splitext(path)[0]) + ".json"


def _stated(raw: bytes | Fault) -> bytes | str:
    """The bytes of a sidecar, or why it can't be read."""
    return raw.removeprefix(b"\xef\xbb\xbf") if isinstance(raw, bytes) else f"{raw[0]}: {raw[1]}"


def _dated(headers: Headers) -> dict[str, object]:
    """What the headers above a page tell of it, as in a sidecar."""
    if not headers:
        return {}
    try:
        crawled = utc_date(header(headers, "date"))
    except ValueError:  # a server without a clock; nobody who saves a page can mend it
        crawled = None
    return {"headers": headers, "crawled": crawled}


def _spellings(name: str) -> Iterator[str]:
    """A path, and with its file name in the other normal form: macOS has written `für` in two ways over the years."""
    folder, base = os.path.split(name)
    yield name
    yield from (os.path.join(folder, unicodedata.normalize(form, base)) for form in ("NFC", "NFD"))


@cache
def _endings(kind: PageKind, also: tuple[str, ...]) -> tuple[str, ...]:
    return with_compressed(*ENDINGS[kind], *also)
