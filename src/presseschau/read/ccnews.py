"""CC-NEWS, Common Crawl's news archive, as a source: its WARCs are streamed, and only some outlets' pages are kept.

The archive and its layout: https://data.commoncrawl.org/crawl-data/CC-NEWS/index.html. Every month has a list of its
WARCs, about 1 GB each; nothing of them is stored.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import orjson

from presseschau.document import Drop, Page
from presseschau.read.compression import Fault, Stream
from presseschau.read.http_answer import RemoteFile
from presseschau.read.http_stream import Connection, Http
from presseschau.read.outlets import Outlet, Selection
from presseschau.read.record import MAX_BYTES
from presseschau.read.unit import ReadError, Skipped, Unit, UnreachableError, failed
from presseschau.read.warc_file import Warc
from presseschau.stable import sha256

BASE_URL = "https://data.commoncrawl.org/"
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_PATH = re.compile(r"(?!/)(?!.*//)(?!(?:.*/)?\.\.?/)[\x21-\x7e]+\.warc(?:\.gz|\.zst)?")
_LIST_BYTES = 50_000_000  # a month's list has about 600 lines of 70 bytes


@dataclass(frozen=True, slots=True)
class CcNews:
    """The pages of some outlets in some months of CC-NEWS.

    A WARC is a unit, its source is its path in the list: `crawl-data/CC-NEWS/2026/05/CC-NEWS-….warc.gz`, its pages
    are numbered as in the WARC. What can't be had after all retries is one `unreachable` failure in the ledger.

    Attributes:
        months: Months of the crawl, `2026-05`.
        outlets: Whose pages are kept.
        base_url: Where the archive is.
        limit: Read only so many WARCs, the first ones by path; None for all.
        http: How the server is asked.
        max_bytes: Largest page after decompression.
    """

    months: tuple[str, ...]
    outlets: tuple[Outlet, ...]
    base_url: str = BASE_URL
    limit: int | None = None
    http: Http = field(default_factory=Http)
    max_bytes: int = MAX_BYTES

    def __post_init__(self) -> None:
        """Checks the options."""
        if not self.months:
            raise ReadError("source=ccnews needs source.months=[2026-05], a list of months")
        for month in self.months:
            if not _MONTH.fullmatch(month):
                raise ReadError(f"source.months has {month!r}, not a month such as 2026-05")
        if len(set(self.months)) < len(self.months):
            raise ReadError(f"source.months names a month twice: {', '.join(self.months)}")
        if not self.outlets:
            raise ReadError("source=ccnews needs outlets: source.publishers=NAME")
        if not re.fullmatch(r"https?://[^\s/?#]+(?:/[^\s?#]*)?", self.base_url):
            raise ReadError(f"source.base_url={self.base_url} is not an http(s) URL")
        if self.limit is not None and self.limit < 1:
            raise ReadError(f"source.limit={self.limit} must be at least 1")
        if self.max_bytes < 1:
            raise ReadError(f"max_bytes={self.max_bytes} is not a positive number of bytes")

    def units(self) -> Iterator[Unit | Drop]:
        """Every WARC of the months, sorted by path; it is asked for its size and version, not read.

        A list or a WARC that can't be had is a `Drop`, and is asked for again in the next build.
        """
        with Connection(self.http) as connection:
            paths, drops = self._paths(connection)
            items: list[Unit | Drop] = [*drops, *(self._unit(connection, path) for path in paths[: self.limit])]
        yield from sorted(items, key=lambda item: item.source)

    def pages(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:
        """One page or drop per record of the outlets; at the end, how many others there were.

        Where the WARC can't be read to its end, the pages before that point are given, then one failed `Drop`.
        """
        selection, others = Selection.of(self.outlets), Counter[str]()

        def wanted(url: str) -> bool:
            refusal = selection.refusal(url)
            if refusal is not None:
                others[refusal] += 1
            return refusal is None

        with Connection(self.http) as connection:
            file = connection.stream(unit.path, RemoteFile(unit.size or None, unit.tag))
            with Stream(unit.path, file=file) as stream:
                yield from Warc(self.max_bytes).read(stream, unit.source, wanted)
        yield from (Skipped(what, count) for what, count in sorted(others.items()))

    def skipped(self) -> Mapping[str, int]:
        """Nothing is known before the WARCs are read: see `pages`."""
        return {}

    def _paths(self, connection: Connection) -> tuple[list[str], list[Drop]]:
        """The paths of all WARCs of the months, sorted, and what was wrong with the lists."""
        paths, drops = set[str](), list[Drop]()
        for month in sorted(self.months):
            name = f"crawl-data/CC-NEWS/{month.replace('-', '/')}/warc.paths.gz"
            try:
                lines, fault = _lines(connection.get(self._url(name), _LIST_BYTES))
            except UnreachableError as error:
                drops.append(failed(name, "unreachable", str(error)))
                continue
            if fault is not None or not lines:
                drops.append(failed(name, *(fault or ("empty", "the list names no files"))))
            paths.update(filter(_PATH.fullmatch, lines))
            if bad := [line for line in lines if not _PATH.fullmatch(line)]:
                detail = f"{len(bad)} of {len(lines)} lines are no path of a WARC: {bad[0][:80]!r}"
                drops.append(failed(name, "bad_record", detail))
        return sorted(paths), drops

    def _unit(self, connection: Connection, path: str) -> Unit | Drop:
        url = self._url(path)
        try:
            file = connection.head(url)
        except UnreachableError as error:
            return failed(path, "unreachable", str(error))
        chosen = sorted((outlet.host, outlet.sections) for outlet in self.outlets)
        digest = sha256(orjson.dumps(["ccnews", path, file.size, file.tag, chosen, self.max_bytes]))
        return Unit(path, url, file.size or 0, digest, tag=file.tag)

    def _url(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{quote(path)}"


def _lines(raw: bytes) -> tuple[list[str], Fault | None]:
    """The lines of a list, gzipped or not, and what is wrong with it: whole lines before a fault are good."""
    name = "list.gz" if raw.startswith(b"\x1f\x8b") else "list"
    with Stream(name, file=io.BytesIO(raw)) as stream, io.BufferedReader(stream) as file:
        text = file.read(_LIST_BYTES)
        fault = stream.fault
    whole = text if fault is None else text[: text.rfind(b"\n") + 1]
    return [line for line in whole.decode("utf-8", "replace").splitlines() if line.strip()], fault
