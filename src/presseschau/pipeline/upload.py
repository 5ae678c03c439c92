"""From a dataset folder to a published version: what may be sent, in which form, and whether it is there already."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from presseschau.config import ConfigError, said
from presseschau.pipeline.outgoing import Outgoing, Upload, prepare
from presseschau.publish.content import is_stub
from presseschau.publish.hub.errors import HubError
from presseschau.publish.hub.files import Difference, difference, local_files
from presseschau.publish.hub.server import Hub, Repository
from presseschau.publish.manifest import read_manifest
from presseschau.publish.opened import Folder
from presseschau.publish.verify import verify
from presseschau.rights import Takedown


@dataclass(frozen=True, slots=True)
class Published:
    """What was done, or would be.

    Attributes:
        lines: The account of it.
        commit: The version's commit; None in a dry run.
        changed: Whether anything was sent.
    """

    lines: tuple[str, ...]
    commit: str | None = None
    changed: bool = False


def upload(settings: Upload, hub: Hub, check: Callable[[Path], list[str]] = verify) -> Published:
    """Publishes one version of a dataset.

    Args:
        settings: What, where, on what ground.
        hub: The repository.
        check: What does not hold about a folder.

    Raises:
        ConfigError: The arguments contradict each other or the folder.
        RuntimeError: The folder does not keep its promises (`HubError` where the server refused).
    """
    try:
        manifest = read_manifest(settings.dataset)
        takedown = Takedown.load(settings.takedown) if settings.takedown else None
    except (ValueError, OSError) as error:
        raise ConfigError(said(error)) from error
    tag = _tag(settings, str(manifest["version"]))
    if settings.content == "full" and is_stub(manifest):
        raise ConfigError(f"content=full: {settings.dataset} is a stub and has no text")
    try:
        problems = check(settings.dataset)
    except ValueError as error:  # of another schema version
        raise ConfigError(said(error)) from error
    if problems:
        more = f" (and {len(problems) - 1} more; `verify.py dir={settings.dataset}` lists them)" if problems[1:] else ""
        raise RuntimeError(f"the folder does not keep its promises: {problems[0]}{more}")
    with _scratch(settings) as scratch:
        outgoing = prepare(settings, manifest, takedown, Path(scratch))
        if outgoing.folder != settings.dataset and (broken := check(outgoing.folder)):
            raise RuntimeError(f"the folder to send does not keep its promises: {broken[0]}")
        return _send(settings, hub, outgoing, tag)


def _tag(settings: Upload, version: str) -> str:
    tag = settings.tag or f"v{version}"
    # What reads as a version has to be this one; `2026` and `acl-2027` are names.
    if re.fullmatch(r"v\d.*|\d{1,3}|\d+\.\d.*", tag) and tag.removeprefix("v") != version:
        raise ConfigError(f"tag={tag} is not the version {version} of {settings.dataset}; build with dataset.version=…")
    return tag


def _scratch(settings: Upload) -> AbstractContextManager[str]:
    if settings.work_dir is not None:
        settings.work_dir.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="presseschau-", dir=settings.work_dir)


def _send(settings: Upload, hub: Hub, outgoing: Outgoing, tag: str) -> Published:
    files, unreached, there = local_files(outgoing.folder), list[str](), None
    try:
        there = hub.look()
    except HubError as error:
        if not settings.dry_run:
            raise
        unreached = [f"the server was not reached, so what it has is not known ({error})"]
    if there is not None and tag in there.tags:
        left = difference(files, hub.files(there.tags[tag]))
        if left:
            raise RuntimeError(
                f"{tag} of {settings.repo} exists with other content ({_sizes(left)}); "
                "a fix of the data is a new version: build with dataset.version=…"
            )
        told = f"{settings.repo} {tag} is published already, nothing has changed"
        if not settings.dry_run:
            if settings.closed and not _as_closed(there, settings):
                hub.close(settings.private, settings.gated)
                there = hub.look() or there
                told = f"{settings.repo} {tag} is published already; who may read it has changed"
            _refuse_open(settings, outgoing, there)
        return Published((told, *_notes(outgoing)), there.tags[tag])
    left = difference(files, hub.files(there.head) if there is not None else {})
    lines = _account(settings, outgoing, there, left, tag, reached=not unreached)
    if settings.dry_run:
        return Published(("dry run, nothing is sent", *lines, *unreached))
    if there is None:
        hub.create(settings.private)
    if settings.closed and (there is None or not _as_closed(there, settings)):
        hub.close(settings.private, settings.gated)
    now = hub.look()
    if now is None:
        raise HubError(f"the server does not show {settings.repo} after it was made")
    _refuse_open(settings, outgoing, now)
    message = f"{tag}: {sum(Folder.open(outgoing.folder).manifest['splits'].values()):,} articles"
    commit = hub.push(files, message) if left else now.head
    if difference(files, hub.files(commit)):
        raise HubError("the server has other files than were sent; run the command again")
    hub.tag(tag, commit, message)
    load = f'load it: datasets.load_dataset("{settings.repo}", "topic", revision="{tag}")'
    return Published((*lines, f"published as {commit[:12]}", load), commit, True)


def _as_closed(there: Repository, settings: Upload) -> bool:
    return (there.private or not settings.private) and (settings.gated is None or there.gated == settings.gated)


def _refuse_open(settings: Upload, outgoing: Outgoing, there: Repository) -> None:
    """Before any text leaves: the server's own word counts, not what it was asked for."""
    if outgoing.content == "full" and settings.basis == "60d" and not there.closed:
        raise HubError(f"{settings.repo} is open to everybody; full text under § 60d UrhG needs it private or gated")
    if settings.private and not there.private:
        raise HubError(f"the server did not make {settings.repo} private; nothing was sent")


def _account(
    settings: Upload, outgoing: Outgoing, there: Repository | None, left: Difference, tag: str, *, reached: bool
) -> tuple[str, ...]:
    who = " and ".join(["private"] * settings.private + [f"gated={settings.gated}"] * (settings.gated is not None))
    open_ = "as it is" if there is not None else "public"
    state = "exists" if there is not None else "is new" if reached else "not looked at"
    return (
        f"repository {settings.repo}: {state}, {who or open_}",
        f"content    {outgoing.content} (rights.basis={settings.basis})",
        *(f"left out   {rows:,} {reason}" for reason, rows in outgoing.gone.items()),
        *_notes(outgoing),
        f"files      {_sizes(left)}",
        *(f"  + {name}" for name in left.new),
        *(f"  ~ {name}" for name in left.changed),
        *(f"  - {name}" for name in left.gone),
        f"version    {tag}",
    )


def _notes(outgoing: Outgoing) -> Iterator[str]:
    yield from (f"note: {note}" for note in outgoing.notes)


def _sizes(left: Difference) -> str:
    return f"{len(left.new)} new, {len(left.changed)} changed, {len(left.gone)} removed, {left.size:,} bytes"
