"""From `source=KIND source.path=PATH` to a reader."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from presseschau.document import Drop, Page
from presseschau.read.ccnews import BASE_URL, CcNews
from presseschau.read.csv_file import CsvTable
from presseschau.read.http_stream import Http
from presseschau.read.jsonl_file import JsonLines
from presseschau.read.listing import (
    ARCHIVES,
    BUNDLES,
    WORKBOOKS,
    ZIP,
    ZIPPED,
    Listing,
    fitting,
    list_files,
    stem_of,
)
from presseschau.read.outlets import load_outlets
from presseschau.read.page_file import PageFiles
from presseschau.read.parquet_file import ParquetTable
from presseschau.read.record import MAX_BYTES, Columns, listed
from presseschau.read.unit import Format, Reader, ReadError, Skipped, Unit, nearest
from presseschau.read.warc_file import Warc

KINDS = ("html", "text", "jsonl", "csv", "parquet", "warc", "ccnews", "sample")


@dataclass(frozen=True, slots=True)
class Files:
    """A reader over files of one format, or of several under one root (the sample).

    Attributes:
        parts: (prefix of the sources, format).
        listings: What was found for each part; left behind when the reader travels to a worker.
    """

    parts: tuple[tuple[str, Format], ...]
    listings: tuple[Listing, ...] = ()

    def units(self) -> Iterator[Unit | Drop]:
        """Every piece of the input, sorted by source."""
        return heapq.merge(*map(self._units, self.parts, self.listings), key=lambda item: item.source)

    def pages(self, unit: Unit) -> Iterator[Page | Drop | Skipped]:
        """The pages of one unit."""
        return self._format(unit.source).pages(unit)

    def skipped(self) -> Mapping[str, int]:
        """Other files, counted by ending."""
        total: Counter[str] = Counter()
        for listing in self.listings:
            total.update(listing.skipped)
        return dict(sorted(total.items()))

    def __reduce__(self) -> tuple[type[Files], tuple[tuple[tuple[str, Format], ...]]]:
        """Options only: a worker needs no list of a million files."""
        return Files, (self.parts,)

    def _units(self, part: tuple[str, Format], listing: Listing) -> Iterator[Unit | Drop]:
        units = (unit for source, path in listing.files for unit in part[1].split(source, path))
        return heapq.merge(listing.drops, units, key=lambda item: item.source)

    def _format(self, source: str) -> Format:
        if len(self.parts) == 1:
            return self.parts[0][1]
        near = [form for prefix, form in self.parts if source.startswith(prefix)]
        return near[0] if len(near) == 1 else next(form for form in near if fitting(source, form.endings))


def open_source(kind: str, path: str, columns: Mapping[str, str] | None = None, keep: Sequence[str] = (),
                max_bytes: int = MAX_BYTES, months: Sequence[str] = (), publisher_list: Path | None = None,
                base_url: str = BASE_URL, limit: int | None = None, http: Http | None = None,
                sep: str | None = None, quote: str = '"', endings: Sequence[str] = ()) -> Reader:  # fmt: skip
    """A reader for one kind of input.

    Args:
        kind: html, text, jsonl, csv, parquet, warc, ccnews, or sample (a folder with html, text, records and warc in
            it).
        path: A file, a folder (searched recursively) or a glob; nothing for ccnews.
        columns: Our field names to those of the records, `{"text": "body"}`.
        keep: The user's own columns, carried into `Page.extra`.
        max_bytes: Largest page after decompression; larger ones fail as `too_large`.
        months: ccnews: months of the crawl, `2026-05`.
        publisher_list: ccnews: file with the outlets to keep (`outlets.load_outlets`).
        base_url: ccnews: where the archive is.
        limit: ccnews: read only so many WARCs.
        http: ccnews: how the server is asked.
        sep: csv: the separator, found from the head of each file where it is None.
        quote: csv: the quote, empty for none.
        endings: html, text: more endings of page files, such as `.php`; `*` for every file.

    Raises:
        ReadError: An argument is wrong; one line says which and what to do.
    """
    if kind not in KINDS:
        raise ReadError(f"source={kind} is not known; {nearest(kind, KINDS)}")
    if kind == "ccnews":
        if publisher_list is None:
            raise ReadError("source=ccnews needs a list of outlets: source.publishers=NAME")
        return CcNews(tuple(months), load_outlets(publisher_list), base_url, limit, http or Http(), max_bytes)
    if not path:
        raise ReadError(f"source={kind} needs source.path=FILE, FOLDER or GLOB")
    if isinstance(keep, str):
        raise ReadError(f"source.keep={keep} is one name, not a list: source.keep=[{keep}]")
    options = Columns(dict(columns or {}), tuple(keep), max_bytes)
    if kind == "sample":
        return _sample(path, options)
    if kind == "warc" and (options.names or options.keep):
        raise ReadError("source=warc has no columns: source.columns and source.keep are for the other kinds")
    form = CsvTable(options, sep, quote) if kind == "csv" else _format_of(kind, options, _endings(endings))
    _check_kind(kind, path, options)
    listing = list_files(path, form.endings, sidecars=kind in ("html", "text"))
    if not listing.files and not listing.drops:
        raise ReadError(
            f"source.path={path}: no {' '.join('*' + e for e in form.endings)} there{_instead(listing, kind)}"
        )
    if isinstance(form, CsvTable | JsonLines):
        _check_beginnings(form, listing)
    if isinstance(form, CsvTable | ParquetTable):
        _check_columns(form, listing, options)
    return Files((("", form),), (listing,))


def _endings(more: Sequence[str]) -> tuple[str, ...]:
    """`source.endings` as file names end."""
    if isinstance(more, str):
        raise ReadError(f"source.endings={more} is one ending, not a list: source.endings=['{more}']")
    for ending in more:
        if ending != "*" and (not ending.startswith(".") or ending == "." or "/" in ending or ending == ".json"):
            raise ReadError(f"source.endings: {ending!r} must be an ending such as .php, or '*' for every file")
    return tuple("" if ending == "*" else ending.lower() for ending in more)


def _format_of(kind: str, options: Columns, endings: tuple[str, ...] = ()) -> Format:
    if kind in ("html", "text"):
        return PageFiles("html" if kind == "html" else "text", options, endings)
    if kind == "warc":
        return Warc(options.max_bytes)
    if kind == "jsonl":
        return JsonLines(options)
    return CsvTable(options) if kind == "csv" else ParquetTable(options)


def _sample(path: str, options: Columns) -> Files:
    folders = {"html": ["html"], "text": ["text"], "records": ["jsonl", "csv", "parquet"], "warc": ["warc"]}
    parts: list[tuple[str, Format]] = []
    listings: list[Listing] = []
    for folder, kinds in folders.items():
        inside = Path(path) / folder
        if not inside.is_dir():
            continue
        forms = [_format_of(kind, options) for kind in kinds]
        known = {ending for form in forms for ending in form.endings}
        for position, form in enumerate(forms):
            listing = list_files(str(inside), form.endings, f"{folder}/", sidecars=folder in ("html", "text"))
            # Each other file is counted once, and none that a sibling reads.
            rest = {} if position else {e: n for e, n in listing.skipped.items() if e not in known}
            parts.append((f"{folder}/", form))
            listings.append(Listing(listing.files, listing.drops, rest))
    if not any(listing.files for listing in listings):
        raise ReadError(f"source=sample source.path={path}: no pages in {', '.join(folders)} there")
    return Files(tuple(parts), tuple(listings))


def _check_kind(kind: str, path: str, options: Columns) -> None:
    """A file that is named is read whatever its ending, but not a table or a bundle as if it were a page."""
    bundle = path.lower().endswith(BUNDLES) and not (path.lower().endswith(ZIP) and kind != "warc")
    if kind in ("html", "text", "warc") and bundle and Path(path).expanduser().is_file():
        raise ReadError(f"source.path={path}: unpack it")
    for other in ("jsonl", "csv", "parquet", "warc"):
        named = stem_of(path, _format_of(other, options).endings) is not None and Path(path).expanduser().is_file()
        if other != kind and named:
            raise ReadError(f"source={kind} source.path={path}: that is a file for source={other}")


def _check_beginnings(form: CsvTable | JsonLines, listing: Listing) -> None:
    """An input that is of another kind altogether is a wrong command; one such file among others goes to the ledger."""
    first = None
    for source, path in listing.files:
        fault = form.fault(path)
        if fault is None:
            return
        first = first or f"{source} is {fault}"
    if first:
        raise ReadError(first)


def _check_columns(form: CsvTable | ParquetTable, listing: Listing, options: Columns) -> None:
    """Tables say their columns up front: a name that no table has is a wrong command, not a million failed rows."""
    asked = [(f"source.columns.{ours}", theirs) for ours, theirs in options.names.items()]
    asked += [("source.keep", name) for name in options.keep]
    content = False
    seen: list[str] = []
    for _, path in listing.files:
        names = form.header(path)
        seen = seen or names
        content = content or any(name in names for _, name in options.spelled(names).contents())
        asked = [(key, name) for key, name in asked if name not in names]
        if content and not asked:
            return
    if not seen:
        return  # nothing but broken files: they go to the ledger
    has = listed(seen)
    for key, name in asked:
        near = listed(get_close_matches(name, seen, 1, 0))
        raise ReadError(f"{key}={name}: there is no such column; nearest is {near} (of {has})")
    more = ", or say source.sep and source.quote; the first line is the header" if isinstance(form, CsvTable) else ""
    raise ReadError(f"no column html or text (it has {has}): name yours with source.columns={{text: COLUMN}}{more}")


def _instead(listing: Listing, kind: str) -> str:
    if not listing.skipped:
        return ", and nothing else"
    found = sorted(listing.skipped.items(), key=lambda item: (-item[1], item[0]))
    usual = next((ending for ending, _ in found if ending.startswith(".")), "")
    forms = {other: _format_of(other, Columns({})) for other in KINDS[:6] if other != kind}
    hints = [f"; source={other} reads {usual}" for other, form in forms.items() if usual in form.endings]
    zipped = {ZIP: ZIPPED} if kind in ("html", "text") else {}
    hints += [f"; {what}" for ending, what in (ARCHIVES | zipped).items() if ending in listing.skipped]
    if kind == "jsonl" and ".json" in listing.skipped:
        hints.append("; `jq -c . *.json > pages.jsonl` makes JSON Lines of files with an object each")
    hints += ["; unpack them"] if any(ending in listing.skipped for ending in BUNDLES) else []
    hints += ["; save the workbook as CSV UTF-8"] if any(ending in listing.skipped for ending in WORKBOOKS) else []
    return ", but " + ", ".join(f"{n} {ending}" for ending, n in found[:6]) + "".join(hints[:1])
