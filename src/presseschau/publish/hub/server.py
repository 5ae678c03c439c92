"""One dataset repository on a server, asked with patience."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from presseschau.publish.hub.errors import (
    HubError,
    is_missing,
    is_network,
    reason_for,
    retry_after,
    short,
    status_of,
    without_token,
)
from presseschau.publish.hub.files import LocalFile, RemoteFile, difference, portions

T = TypeVar("T")

_TRIES, _WAIT, _LONGEST = 5, 1.0, 60.0  # seconds, doubling
_AGAIN = (408, 429, 500, 502, 503, 504)


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
                if status_of(error) == 401 and not is_missing(error):
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
                operations=next(portions(left, files)),
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
                status = status_of(error)
                # 409 and 412: somebody else was faster, and what they did shows at the next look.
                fleeting = status in (*_AGAIN, 409, 412) or (status is None and is_network(error))
                if isinstance(error, HubError) or not (status or is_network(error)):
                    raise
                if not fleeting or refused >= _TRIES:
                    raise HubError(f"could not {what}: {reason_for(error, self.repo)}") from None
                pause = min(retry_after(error) or wait, _LONGEST)
                self.tell(without_token(f"{short(error)}; trying again in {pause:g} s"))
                self.sleep(pause)
                wait = min(2 * wait, _LONGEST)
