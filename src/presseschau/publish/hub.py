"""A folder to the Hub, or to any server that speaks its language at `HF_ENDPOINT`: what differs, then the tag.

Every step can be done again: what the server has is read first, what is there already is not sent, and the tag comes
last, so an interrupted upload leaves no version behind.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

T = TypeVar("T")

_OWN_FILES = (".gitattributes",)  # made by the server itself
_LAST = ("README.md", "manifest.json")  # what readers start from changes when everything that it names is there
_COMMIT_FILES = 200
_TRIES, _WAIT, _LONGEST = 5, 1.0, 60.0  # seconds, doubling
_AGAIN = (408, 429, 500, 502, 503, 504)
_TOKEN = re.compile(r"\bhf_\w{6,}|(?<=Bearer )\S+")


class HubError(RuntimeError):
    """The server refused or could not be reached; one line that says why and what to do, without a token in it."""


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


@dataclass(frozen=True, slots=True)
class Repository:
    """What the server knows of the repository.

    Attributes:
        head: Commit of the main branch.
        private: Only its owners see it.
        gated: Readers have to ask first: `auto`, `manual` or False.
        tags: Commit of each tag.
    """

    head: str
    private: bool
    gated: str | Literal[False]
    tags: Mapping[str, str]

    @property
    def closed(self) -> bool:
        """Whether not everybody can read it."""
        return self.private or bool(self.gated)


def local_files(folder: Path) -> dict[str, LocalFile]:
    """Every file of a folder by its path there, in order; hidden ones are left out."""
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if not any(part.startswith(".") for part in name.split("/")):
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


def without_token(message: str) -> str:
    """A message with anything that is or looks like an access token taken out.

    >>> without_token("401 for Bearer hf_abcdefgh")
    '401 for Bearer hf_…'
    """
    from huggingface_hub import get_token

    token = get_token()
    if token:
        message = message.replace(token, "hf_…")
    return _TOKEN.sub("hf_…", message)


@dataclass(slots=True)
class Hub:
    """One dataset repository on a server, with patience.

    Attributes:
        repo: `user/name`.
        endpoint: The server; None: that of `HF_ENDPOINT`, else the Hub.
        sleep: Waits so many seconds before a request is tried again.
        tell: Is given a line for every wait.
    """

    repo: str
    endpoint: str | None = None
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = print
    _api: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from huggingface_hub import HfApi

        self._api = HfApi(endpoint=self.endpoint)

    def look(self) -> Repository | None:
        """The repository, None where there is none (or none that the token may see)."""
        from huggingface_hub.errors import RepositoryNotFoundError

        def ask() -> Repository | None:
            try:
                info = self._api.dataset_info(self.repo)
                refs = self._api.list_repo_refs(self.repo, repo_type="dataset")
            except RepositoryNotFoundError as error:
                # The Hub answers so without a token, too; what is asked for next will tell.
                if _status(error) == 401 and not _is_missing(error):
                    raise
                return None
            private = bool(info.private) or getattr(info, "visibility", None) == "private"
            return Repository(info.sha, private, info.gated or False, {t.name: t.target_commit for t in refs.tags})

        return self._patiently("look at the repository", ask)

    def files(self, revision: str) -> dict[str, RemoteFile]:
        """Every file of a revision by path."""

        def ask() -> dict[str, RemoteFile]:
            entries = self._api.list_repo_tree(self.repo, recursive=True, revision=revision, repo_type="dataset")
            # A folder has no blob; of a file in large file storage the blob is only a pointer.
            return {
                e.path: RemoteFile(e.blob_id, e.lfs.sha256 if e.lfs else None) for e in entries if hasattr(e, "blob_id")
            }

        return self._patiently("list its files", ask)

    def create(self, private: bool) -> None:
        """Makes the repository, unless somebody else has just done so."""
        options = {"repo_type": "dataset", "exist_ok": True, **({"private": True} if private else {})}
        self._patiently("create the repository", lambda: self._api.create_repo(self.repo, **options))

    def close(self, private: bool, gated: str | None) -> None:
        """Makes it private, gated, or both."""
        options: dict[str, Any] = {"private": True} if private else {}
        options |= {"gated": gated} if gated else {}
        self._patiently(
            "set who may read it",
            lambda: self._api.update_repo_settings(self.repo, repo_type="dataset", **options),
        )

    def push(self, files: Mapping[str, LocalFile], message: str) -> str:
        """Makes the main branch hold exactly these files; its commit. Nothing to do: no commit.

        What the server has is read again before each try, since a commit may have arrived although its answer did not.
        """

        def one_commit() -> str | None:
            head = self._api.dataset_info(self.repo).sha
            left = difference(files, self.files(head))
            if not left:
                return str(head)
            self._api.create_commit(
                self.repo,
                operations=next(_portions(left, files)),
                commit_message=message,
                parent_commit=head,
                repo_type="dataset",
            )
            return None

        while True:
            head = self._patiently("upload", one_commit)
            if head is not None:
                return head

    def tag(self, name: str, commit: str, message: str) -> None:
        """Names a commit; a tag that exists already must name the same one.

        Raises:
            HubError: The tag names another commit.
        """

        def name_it() -> None:
            tags = {t.name: t.target_commit for t in self._api.list_repo_refs(self.repo, repo_type="dataset").tags}
            if name not in tags:
                self._api.create_tag(self.repo, tag=name, revision=commit, tag_message=message, repo_type="dataset")
            elif tags[name] != commit:
                raise HubError(f"{name} of {self.repo} was set to another commit while this one was uploaded")

        self._patiently("tag the version", name_it)

    def _patiently(self, what: str, ask: Callable[[], T]) -> T:
        """The answer to a request; once more after a while where that may help."""
        wait, refused = _WAIT, 0
        while True:
            try:
                return ask()
            except Exception as error:
                refused += 1
                status = _status(error)
                # 409 and 412: somebody else was faster, and what they did shows at the next look.
                fleeting = status in (*_AGAIN, 409, 412) or (status is None and _is_network(error))
                if isinstance(error, HubError) or not (status or _is_network(error)):
                    raise
                if not fleeting or refused >= _TRIES:
                    raise HubError(f"could not {what}: {_reason(error, self.repo)}") from None
                pause = min(_retry_after(error) or wait, _LONGEST)
                self.tell(without_token(f"{_short(error)}; trying again in {pause:g} s"))
                self.sleep(pause)
                wait = min(2 * wait, _LONGEST)


def _portions(left: Difference, files: Mapping[str, LocalFile]) -> Iterator[list[Any]]:
    """The operations of each commit: data first, card and manifest with the last."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    sent = sorted((*left.new, *left.changed), key=lambda name: (name in _LAST, name))
    operations = [
        *(
            CommitOperationAdd(path_in_repo=name, path_or_fileobj=files[name].path)
            for name in sent
            if name not in _LAST
        ),
        *(CommitOperationDelete(path_in_repo=name) for name in left.gone),
        *(CommitOperationAdd(path_in_repo=name, path_or_fileobj=files[name].path) for name in sent if name in _LAST),
    ]
    for start in range(0, len(operations), _COMMIT_FILES):
        yield operations[start : start + _COMMIT_FILES]


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    return getattr(response, "status_code", None)


def _is_network(error: Exception) -> bool:
    """Connections that fail, break or take too long; the client library's own classes changed their home twice."""
    home = type(error).__module__.partition(".")[0]
    return isinstance(error, ConnectionError | TimeoutError) or home in ("httpx", "httpx2", "httpcore", "requests")


def _is_missing(error: Exception) -> bool:
    headers = getattr(getattr(error, "response", None), "headers", {})
    return headers.get("X-Error-Code") == "RepoNotFound"


def _retry_after(error: Exception) -> float | None:
    value = getattr(getattr(error, "response", None), "headers", {}).get("Retry-After", "")
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else None


def _short(error: Exception) -> str:
    status = _status(error)
    return f"the server says {status}" if status else f"no answer ({type(error).__name__})"


_REASONS = {
    401: "the server does not accept the token; log in with `hf auth login` or set HF_TOKEN",
    403: "the token may not write to {repo}; it needs the role `write` there",
    404: "there is no {repo} for this token",
    409: "something else with that name was made meanwhile; run the command again",
    412: "somebody else keeps committing to {repo}; run the command again",
    429: "the server wants fewer requests; wait and run the command again, it goes on where it stopped",
}


def _reason(error: Exception, repo: str) -> str:
    status = _status(error)
    if status in _REASONS:
        return f"{status}, {_REASONS[status].format(repo=repo)}"
    message = " ".join(without_token(str(error)).split())[:200]
    return f"{f'{status}, ' if status else ''}{message}; the same command goes on where it stopped"
