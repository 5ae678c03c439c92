"""ZIP archives of pages, as colleagues mail them and collections are exported; nothing is unpacked to disk."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from dataclasses import replace
from zipfile import BadZipFile, ZipFile, ZipInfo

from presseschau.document import Drop
from presseschau.read.compression import Fault
from presseschau.read.unit import Unit, failed, os_detail, whole_file
from presseschau.stable import sha256

_MEMBERS = 500  # of a unit
_ENCRYPTED, _UTF8 = 0x1, 0x800  # flags of a member
_BROKEN = (BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, lzma.LZMAError)


def split(source: str, path: str, key: bytes) -> Iterator[Unit | Drop]:
    """Units of 500 members each; `key` holds the options that change their pages."""
    whole = whole_file(source, path, key)
    if isinstance(whole, Drop):
        yield whole
        return
    archive = opened(path)
    if isinstance(archive, tuple):
        yield failed(source, *archive)
        return
    with archive:
        sizes = [member.file_size for member in files_in(archive).values()]
    if not sizes:
        yield failed(source, "empty", "the archive has no files")
    for start in range(0, len(sizes), _MEMBERS):
        stop = start + _MEMBERS
        digest = sha256(f"{whole.digest}\n{start}")
        yield replace(whole, size=sum(sizes[start:stop]), digest=digest, start=start, stop=stop)


def opened(path: str) -> ZipFile | Fault:
    """An archive to be closed, or a (reason, detail) where it is none or its end, which lists the files, is missing."""
    try:
        return ZipFile(path)
    except OSError as error:
        return "unreadable", os_detail(error)
    except _BROKEN as error:
        return "unreadable", f"no whole ZIP archive: {_said(error)}"


def files_in(archive: ZipFile) -> dict[str, ZipInfo]:
    """The files of an archive by name, in order; of several with one name the last, which unpacking leaves."""
    files = (member for member in archive.infolist() if not member.filename.endswith("/"))
    return dict(sorted({_name(member): member for member in files}.items()))


def content_of(archive: ZipFile, member: ZipInfo, max_bytes: int) -> bytes | Fault:
    """What a member holds; a (reason, detail) where it can't be read or is longer than `max_bytes`."""
    if member.flag_bits & _ENCRYPTED:
        return "unreadable", "encrypted: unpack the archive with its password"
    if member.file_size > max_bytes:
        return "too_large", f"more than {max_bytes} bytes"
    try:
        return archive.read(member)  # no more than its stated size, or the checksum is wrong
    except _BROKEN as error:
        return "unreadable", _said(error)


def _name(member: ZipInfo) -> str:
    """A member's name; that of macOS's own archives is UTF-8, which they do not say."""
    if member.flag_bits & _UTF8 or member.filename.isascii():
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _said(error: Exception) -> str:
    return os_detail(error) if isinstance(error, OSError) else str(error) or type(error).__name__
