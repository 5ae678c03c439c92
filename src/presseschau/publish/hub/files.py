"""Files here and on the server, compared by content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from presseschau.publish.files import is_published

_OWN_FILES = (".gitattributes",)  # made by the server itself
_LAST = ("README.md", "manifest.json")  # what readers start from changes when everything that it names is there
_COMMIT_FILES = 200


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One file to publish: its size in bytes, its sha256, and its id as a git blob."""

    path: Path
    size: int
    sha256: str
    oid: str


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a revision: its id as a git blob, or the sha256 of its content where it is in large file storage."""

    oid: str
    sha256: str | None = None

    def same(self, local: LocalFile) -> bool:
        """Whether the content is the same."""
        return self.sha256 == local.sha256 if self.sha256 is not None else self.oid == local.oid


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to happen to a revision's files; names in order.

    Attributes:
        new: Files that it does not have.
        changed: Files that it has with other content.
        gone: Files that it has and the folder has not.
        size: Bytes to send at most.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    size: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def local_files(folder: Path) -> dict[str, LocalFile]:
    """The files of a dataset folder by their path there, in order; others that lie in it are left out."""
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if is_published(name):
            size = path.stat().st_size
            blob, content = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False), hashlib.sha256()
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    blob.update(chunk)
                    content.update(chunk)
            files[name] = LocalFile(path, size, content.hexdigest(), blob.hexdigest())
    return files


def difference(local: Mapping[str, LocalFile], remote: Mapping[str, RemoteFile]) -> Difference:
    """What turns the remote files into the local ones."""
    new = tuple(sorted(local.keys() - remote.keys()))
    changed = tuple(sorted(n for n in local.keys() & remote.keys() if not remote[n].same(local[n])))
    gone = tuple(sorted(remote.keys() - local.keys() - set(_OWN_FILES)))
    return Difference(new, changed, gone, sum(local[name].size for name in (*new, *changed)))


def portions(left: Difference, files: Mapping[str, LocalFile]) -> Iterator[list[Any]]:
    """The operations of each commit: data first, card and manifest with the last."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    sent = {
        name: CommitOperationAdd(path_in_repo=name, path_or_fileobj=files[name].path)
        for name in sorted((*left.new, *left.changed))
    }
    operations = [
        *(add for name, add in sent.items() if name not in _LAST),
        *(CommitOperationDelete(path_in_repo=name) for name in left.gone),
        *(add for name, add in sent.items() if name in _LAST),
    ]
    for start in range(0, len(operations), _COMMIT_FILES):
        yield operations[start : start + _COMMIT_FILES]
