"""HTML and text files, one page each, with what a sidecar `a.json` states about `a.html` or `a.html.gz`."""

# Names stay strings, as in listing.py.
# ruff: noqa: PTH113, PTH118, PTH122, PTH123

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from presseschau.document import Drop, Page, PageKind
from presseschau.read.compression import read_page
from presseschau.read.listing import stem_of, with_compressed
from presseschau.read.mojibake import TWICE, once_encoded
from presseschau.read.payload import decoded
from presseschau.read.record import Columns, parse_object, stated_page
from presseschau.read.saved import as_saved
from presseschau.read.unit import Unit, failed, os_detail

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
        """One unit per file."""
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

    def pages(self, unit: Unit) -> Iterator[Page | Drop]:
        """The page."""
        yield self._page(unit)

    def _page(self, unit: Unit) -> Page | Drop:
        raw = read_page(unit.path, self.columns.max_bytes)
        if isinstance(raw, bytes):  # `wget` and `curl` save what a server has packed as it was sent
            raw = decoded(raw, (), self.columns.max_bytes)
        if isinstance(raw, tuple):
            return failed(unit.source, *raw)
        try:
            page, noted = as_saved(raw)
        except ValueError as error:
            return failed(unit.source, "unreadable", str(error))
        if not page.strip():
            return failed(unit.source, "empty", "the page has no content")
        content: bytes | str = page
        if TWICE[1:] in page and TWICE in page:  # two steps, since a search for one byte is ten times as fast
            text = page.decode("utf-8", "replace")
            content = mended.removeprefix("\ufeff") if (mended := once_encoded(text)) != text else page
        sidecar = self._sidecar(unit.path)
        if isinstance(sidecar, str):
            return failed(unit.source, "bad_sidecar", sidecar)
        try:
            record = parse_object(sidecar) if sidecar is not None else {}
        except ValueError as error:
            return failed(unit.source, "bad_sidecar", str(error))
        record = {self.columns.name(ours): value for ours, value in noted.items()} | record
        kind: PageKind = "html" if "headers" in noted else self.kind  # MHTML has headers, and is no text
        return stated_page(record, unit.source, kind, content, self.columns, reason="bad_sidecar")

    def _sidecar(self, path: str) -> bytes | str | None:
        """The bytes of the sidecar, None where there is none, or a string that says why it can't be read."""
        stem = stem_of(path, self.endings)
        name = (stem if stem is not None else path if "?" in path else os.path.splitext(path)[0]) + ".json"
        if not name.isascii():
            name = next(filter(os.path.lexists, _spellings(name)), name)
        if name == path or not os.path.lexists(name):
            return None
        if not os.path.isfile(name):
            return "not a regular file"
        raw = read_page(name, self.columns.max_bytes)
        return raw.removeprefix(b"\xef\xbb\xbf") if isinstance(raw, bytes) else f"{raw[0]}: {raw[1]}"


def _spellings(name: str) -> Iterator[str]:
    """A path, and with its file name in the other normal form: macOS has written `für` in two ways over the years."""
    folder, base = os.path.split(name)
    yield name
    yield from (os.path.join(folder, unicodedata.normalize(form, base)) for form in ("NFC", "NFD"))


@cache
def _endings(kind: PageKind, also: tuple[str, ...]) -> tuple[str, ...]:
    return with_compressed(*ENDINGS[kind], *also)
