"""Which files an input path means: a file, a folder (searched recursively, sorted) or a glob."""

# Names stay strings: a Path for each of a million files costs more than the listing.
# ruff: noqa: PTH100, PTH111, PTH112, PTH113, PTH116, PTH118, PTH119, PTH120, PTH122, PTH207

from __future__ import annotations

import glob
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from presseschau.document import Drop
from presseschau.read.unit import ReadError, failed, os_detail

COMPRESSED = (".gz", ".zst")
# What pages are called where a server has made them, and where their address names no file.
_PAGES = (".php", ".php?", ".phtml", ".shtml", ".asp", ".asp?", ".aspx", ".aspx?", ".jsp", ".jsp?", ".cgi", ".cgi?",
          ".do", ".do?", "(none)")  # fmt: skip
# Archives of pages, and pages as they are packed, that are not read, and how they become what is.
_ARC = "`warcio recompress FILE.arc.gz FILE.warc.gz` makes WARCs of them"
_PACKED = "unpack them"
ZIP = ".zip"
ZIPPED = "source.endings=[.zip] reads the pages in them"
_SAVED = "source=html source.endings=[.mhtml,.mht,.webarchive] reads them"
ARCHIVES = {
    ".arc": _ARC,
    ".arc.gz": _ARC,
    ".br": _PACKED,
    ".bz2": _PACKED,
    ".mht": _SAVED,
    ".mhtml": _SAVED,
    ".wacz": "unzip them: their WARCs are in the folder archive/",
    ".wat.gz": "the WARCs that they were made of hold the pages",
    ".webarchive": _SAVED,
    ".wet.gz": "the WARCs that they were made of hold the pages",
    ".xz": _PACKED,
}
BUNDLES = (".7z", ".tar", ".tar.gz", ".tar.zst", ".tgz", ZIP)  # of anything: told where nothing else is there
WORKBOOKS = (".ods", ".xls", ".xlsx")


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of an input path.

    Attributes:
        files: (source relative to the input root, absolute path), sorted by source.
        drops: Entries with a fitting name that are no readable file.
        skipped: Other files, counted by ending; `(hidden)` and `(link loop)` are counted too.
    """

    files: tuple[tuple[str, str], ...] = ()
    drops: tuple[Drop, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)


def with_compressed(*endings: str) -> tuple[str, ...]:
    """The endings and each of them with `.gz` and `.zst`.

    >>> with_compressed(".txt")
    ('.txt', '.txt.gz', '.txt.zst')
    """
    return tuple(ending + pack for ending in endings for pack in ("", *COMPRESSED))


def stem_of(name: str, endings: Iterable[str]) -> str | None:
    """The name without the ending that matches it, longest first; None where none does. "" is an ending of every name.

    >>> stem_of("a/B.HTML.gz", (".html", ".html.gz"))
    'a/B'
    """
    ending = max(filter(name.lower().endswith, endings), key=len, default=None)
    return name[: -len(ending)] if ending is not None else None


def unread_pages(skipped: Mapping[str, int], kind: str) -> str | None:
    """A line for the user where files are not read whose names are those of pages; None where there are none.

    Args:
        skipped: `Listing.skipped`.
        kind: What is read: archives and names of pages count where HTML or WARCs are looked for.
    """
    packed_only = kind not in ("html", "warc")
    known = {ending: what for ending, what in ARCHIVES.items() if what == _PACKED or not packed_only}
    known |= {ZIP: ZIPPED} if kind in ("html", "text") else {}
    notes = [f"{skipped[ending]} {ending}, {what}" for ending, what in known.items() if ending in skipped]
    if kind == "html" and (pages := [f"{skipped[ending]} {ending}" for ending in _PAGES if ending in skipped]):
        notes.insert(0, f"{', '.join(pages)}; source.endings=[.php] or ['*'] says which to read")
    return f"source: files that may be pages are not read: {'; '.join(notes)}" if notes else None


def list_files(path: str, endings: tuple[str, ...], prefix: str = "", sidecars: bool = False) -> Listing:
    """Find the input files.

    A file that is named is read whatever its ending; a folder and a glob take only fitting endings, in any letter
    case, also before a query as in `a.html?id=1` or, of pages, the number that `wget` gives to files of one name, as in
    `index.html.1`. Folders that a glob matches are searched, too. Hidden files are left out unless they are named.

    Args:
        path: A file, a folder or a glob.
        endings: Endings in lower case.
        prefix: Put before every source.
        sidecars: Whether `a.json` belongs to `a.html` and is no file of its own.

    Raises:
        ReadError: The path is missing or can't be opened.
    """
    root, found = _found(path)
    files: list[tuple[str, str]] = []
    drops: list[Drop] = []
    others: list[str] = []
    skipped: Counter[str] = Counter()
    for entry in found:
        fits = entry.named or (is_page(entry.path, endings) if sidecars else fitting(entry.path, endings))
        if entry.kind in ("(hidden)", "(link loop)"):
            skipped[entry.kind] += 1
        elif entry.kind == "folder" and "" in endings:
            continue  # every name fits, but only that of a page tells that a file was expected
        elif entry.error and (fits or entry.kind == "closed folder"):
            drops.append(failed(prefix + _source(entry.path, root), "unreadable", entry.error))
        elif entry.kind == "file" and fits:
            files.append((prefix + _source(entry.path, root), entry.path))
        elif entry.kind != "folder":
            others.append(entry.path)
    stems = {_composed(stem_of(file, endings) or "") for _, file in files} if sidecars and others else set()
    for name in others:
        if not (_is_json(name) and _composed(name.removesuffix(".json")) in stems):
            skipped[ending_of(name)] += 1
    files.sort()
    drops.sort(key=lambda drop: (drop.source, drop.detail))
    return Listing(tuple(files), tuple(drops), dict(sorted(skipped.items())))


_Kind: TypeAlias = Literal["file", "folder", "closed folder", "no file", "(hidden)", "(link loop)"]
_Way: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    path: str
    kind: _Kind = "file"
    error: str | None = None
    named: bool = False


def _found(path: str) -> tuple[str, Iterator[_Entry]]:
    """The input root and everything under the path."""
    full = os.path.abspath(os.path.expanduser(path))
    if os.path.isdir(full):
        return full, _walk(full)
    if os.path.lexists(full):
        return os.path.dirname(full), iter([_entry(full, named=True)])
    if "://" in path:
        raise ReadError(f"source.path={path}: pages are read from files, nothing is fetched: save them, as `wget` does")
    if not glob.has_magic(path):
        raise ReadError(f"source.path={path}: there is no such file or folder")
    matches = sorted(set(glob.glob(full, recursive=True)))
    if not matches:
        raise ReadError(f"source.path={path}: the glob matches nothing")
    parts = Path(full).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = os.path.join(*parts[:fixed])
    return root, _globbed(matches, root)


def _globbed(matches: list[str], root: str) -> Iterator[_Entry]:
    """What a glob matches, and what is in the folders among it, each once (`**` matches a folder and its files)."""
    seen: set[str] = set()
    above: dict[str, _Way] = {}
    for match in (match.rstrip(os.sep) for match in matches):
        folder = os.path.dirname(match)
        if folder not in above:
            above[folder] = _way(folder, root)
        if len(set(above[folder])) < len(above[folder]):  # `**` follows links round and round
            continue
        for entry in _walk(match, above[folder]) if os.path.isdir(match) else [_entry(match)]:
            if entry.path not in seen:
                seen.add(entry.path)
                yield entry


def _way(folder: str, root: str) -> _Way:
    """Device and inode of the folders from the root down to this one."""
    if len(folder) < len(root):  # `**` matches the root too
        return ()
    names = folder.removeprefix(root).strip(os.sep)
    steps = [root] + [os.path.join(root, names[:i]) for i, sign in enumerate(names + os.sep) if sign == os.sep and i]
    return tuple((info.st_dev, info.st_ino) for info in map(os.stat, steps))


def _entry(path: str, named: bool = False) -> _Entry:
    if os.path.isfile(path):
        return _Entry(path, named=named)
    try:
        os.stat(path)
    except OSError as error:
        return _Entry(path, "no file", os_detail(error), named)
    return _Entry(path, "no file", "not a regular file", named)


def _walk(top: str, way: _Way = ()) -> Iterator[_Entry]:
    """Everything under a folder; links are followed, except to a folder that holds them."""
    todo = [(top, way)]
    while todo:
        folder, above = todo.pop()
        try:
            info = os.stat(folder)
            if (info.st_dev, info.st_ino) in above:
                yield _Entry(folder, "(link loop)")
                continue
            with os.scandir(folder) as scan:
                entries = list(scan)
        except OSError as error:
            yield _Entry(folder, "closed folder", os_detail(error))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                yield _Entry(entry.path, "(hidden)")
            elif _is(entry, "dir"):
                # What is inside is read; a folder that is named like a page is said to be none.
                yield _Entry(entry.path, "folder", "a folder, not a file")
                todo.append((entry.path, (*above, (info.st_dev, info.st_ino))))
            else:
                yield _Entry(entry.path) if _is(entry, "file") else _entry(entry.path)


def _is(entry: os.DirEntry[str], what: Literal["dir", "file"]) -> bool:
    try:
        return entry.is_dir() if what == "dir" else entry.is_file()
    except OSError:  # a link to itself: `_entry` says so
        return False


def fitting(path: str, endings: tuple[str, ...]) -> bool:
    """Whether a name has one of the endings, also before the query that a crawler has saved with it."""
    return stem_of(path, endings) is not None or (
        "?" in path and stem_of(os.path.basename(path).partition("?")[0], endings) is not None
    )


def is_page(path: str, endings: tuple[str, ...]) -> bool:
    """Whether a name is that of a page, also before the number that `wget` gives to files of one name."""
    name = _NUMBER.sub("", path)
    return fitting(name, endings) and not _is_json(name)


def is_hidden(path: str) -> bool:
    """Whether a name within an archive is that of a hidden file, or of what macOS adds to each."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _composed(name: str) -> str:
    """One spelling of a name, whichever normal form its file system keeps."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _is_json(name: str) -> bool:
    return name.endswith(".json")


def ending_of(name: str) -> str:
    """`.css`, both of `.csv.gz`, `.php?` of a page that a crawler saved with its query."""
    base, query, _ = os.path.basename(name.lower()).partition("?")
    head, ending = os.path.splitext(base)
    ending += query
    inner = os.path.splitext(head)[1] if ending in COMPRESSED else ""
    return _safe(inner + ending) or "(none)"


_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"\.[1-9]\d{0,4}\Z")


def _safe(name: str) -> str:
    r"""A file name as text that Parquet can hold: bytes that are no UTF-8 become `\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace") if _SURROGATE.search(name) else name


def _source(path: str, root: str) -> str:
    return _safe(path.removeprefix(root).strip(os.sep).replace(os.sep, "/"))
