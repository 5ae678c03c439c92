"""What may be sent and in which form: the ground in law, the stub, what stays out, the notes that go with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow.parquet as pq

from presseschau.config import ConfigError, nearest
from presseschau.pipeline.release import describe
from presseschau.pipeline.stub import release_stub
from presseschau.publish.card import fit_notes, is_edited
from presseschau.publish.content import is_stub
from presseschau.publish.derive import Change, Gone, derive, taken_down
from presseschau.publish.opened import Folder
from presseschau.publish.shards import file_sha256
from presseschau.rights import Takedown
from presseschau.stable import publisher_of, sha256

Basis = Literal["44b", "60d", "licensed"]
BASES: Mapping[str, str] = {
    "44b": "text and data mining under § 44b UrhG: only the stub is shared",
    "60d": "research under § 60d UrhG: the stub, or the full text in a private or gated repository",
    "licensed": "you hold the rights to share the texts: the full text",
}
_REPO = re.compile(r"(?!.*(?:--|\.\.|\.git$))[A-Za-z0-9][\w.-]*/[A-Za-z0-9](?:[\w.-]{0,94}\w)?", re.ASCII)
# Some of the names that git takes for a tag; `main` is the branch.
_TAG = re.compile(r"(?!main$)(?!.*\.lock(?:/|$))\w(?:[\w+-]|[./](?=\w))*")
_NOTES = {
    "44b": """\
> **Rights of this copy.** The pages were mined under § 44b UrhG, which allows the copies that mining needs and no
> sharing of them; this copy holds no article text. This is no legal advice.""",
    "60d": """\
> **Rights of this copy.** The pages were mined for research under § 60d UrhG; this copy holds no article text. This is
> no legal advice.""",
    "60d full": """\
> **Rights of this copy.** The texts are shared under § 60d (4) UrhG with a limited circle of people for joint
> non-commercial research, or with single third parties to check its quality. **Sharing ends when the project ends**:
> access to this copy has to be closed then, and nobody may pass it on. This is no legal advice.""",
}
_LEFT_OUT = """\
> **{rows:,} articles of the build are not in this copy** ({reasons}); `ledger.parquet` has them as
> dropped by `publish`."""
_EDITED = (
    "README.md has been edited; what is sent is not the folder as it is, so its card is made anew, without the edits: "
    "build with your words in publish.card=…"
)
_PROMPT = (
    "The article texts belong to their publishers. By asking for access you agree to use them for non-commercial "
    "research only, not to pass them on, and to delete your copies when the project ends or an article is taken down."
)


@dataclass(frozen=True, slots=True)
class Upload:
    """What to publish, where and on what ground.

    Attributes:
        dataset: A dataset folder.
        repo: `user/name`.
        basis: The ground in law on which it is shared; has to be named.
        content: `full` or `stub`; None takes what the basis allows.
        private: Only the owners of the repository see it.
        gated: Readers have to ask first, and are let in by themselves (`auto`) or by the owners (`manual`).
        tag: Name of the version; None: `v` and the dataset's version.
        takedown: What must not be published; see `rights.Takedown`.
        dry_run: Only say what would happen.
        work_dir: Where a stub is written before it is sent; None: the system's folder for temporary files.
    """

    dataset: Path
    repo: str
    basis: Basis | None = None
    content: Literal["full", "stub"] | None = None
    private: bool = False
    gated: Literal["auto", "manual"] | None = None
    tag: str | None = None
    takedown: Path | None = None
    dry_run: bool = False
    work_dir: Path | None = None

    def __post_init__(self) -> None:
        """Checks what can be known without looking at the dataset or the server."""
        choices = "; ".join(f"rights.basis={name}: {meaning}" for name, meaning in BASES.items())
        if self.basis is None:
            raise ConfigError(f"rights.basis has to be named before anything is sent. {choices}")
        if self.basis not in get_args(Basis):
            raise ConfigError(f"rights.basis={self.basis} is not known: {nearest(self.basis, BASES)} {choices}")
        if not _REPO.fullmatch(self.repo):
            raise ConfigError(
                f"repo={self.repo} must be USER/NAME, as the Hub takes it: no `--`, `..` or `.git` at its end"
            )
        if self.tag is not None and not _TAG.fullmatch(self.tag):
            raise ConfigError(f"tag={self.tag} is no name for a version: take one such as v1.0.0")
        if self.content == "full" and self.basis == "44b":
            raise ConfigError("content=full: § 44b UrhG does not allow sharing texts; leave content out for the stub")
        if self.content == "full" and self.basis == "60d" and not self.closed:
            raise ConfigError("content=full under rights.basis=60d needs private=true or gated=auto|manual")

    @property
    def closed(self) -> bool:
        """Whether not everybody is to read the repository."""
        return self.private or self.gated is not None

    @property
    def full(self) -> bool:
        """Whether the article text is to be sent, where the folder has it."""
        if self.content is not None:
            return self.content == "full"
        return self.basis == "licensed" or (self.basis == "60d" and self.closed)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The folder as it is sent.

    Attributes:
        folder: Where it is; the dataset folder itself where nothing had to change.
        content: `full` or `stub`.
        gone: Rows that were left out, by reason.
        notes: Lines for the user: entries of the takedown list that match no article, words of the card that are lost.
    """

    folder: Path
    content: str
    gone: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def prepare(settings: Upload, manifest: Mapping[str, Any], takedown: Takedown | None, scratch: Path) -> Outgoing:
    """The folder as it may be sent: without what was taken down or is reserved, as a stub where it has to be."""
    stub = is_stub(manifest)
    full = settings.full and not stub
    published = manifest["config"].get("rights", {}).get("reserved") == "publish"
    gone, hit = _left_out(settings.dataset, takedown, reserved=full and not published)
    hidden = _hidden(settings.dataset, takedown, hit)
    note = _NOTES.get(f"{settings.basis} full" if full else str(settings.basis))
    notes: dict[str, str | None] = {"rights": note} if note else {}
    front = {"extra_gated_prompt": _PROMPT} if settings.gated else {}
    folder = settings.dataset
    counted = dict(sorted(Counter(why.reason for why in gone.values()).items()))
    if gone:
        left_out = ", ".join(f"{n:,} {reason}" for reason, n in counted.items())
        notes["left_out"] = _LEFT_OUT.format(rows=len(gone), reasons=left_out)
    change = Change(
        gone=gone, hidden=hidden, manifest=lambda made: _with_takedown(made, takedown), notes=notes, front=front
    )
    to_stub = not full and not stub
    if gone or hidden or ((notes or front) and not to_stub):
        derive(folder, scratch / "changed", change, None if to_stub else describe)
        folder = scratch / "changed"
    if to_stub:
        release_stub(folder, scratch / "stub", lambda made: _describe(made, notes, front))
        folder = scratch / "stub"
    unmatched = takedown.unmatched(hit | _applied(settings, takedown, manifest)) if takedown else None
    edited = _EDITED if folder != settings.dataset and _is_edited(settings.dataset) else None
    told = tuple(note for note in (unmatched, edited) if note)
    return Outgoing(folder, "full" if full else "stub", counted, told)


def _is_edited(dataset: Path) -> bool:
    folder = Folder.open(dataset)
    return is_edited(dataset, folder.schema, folder.statistics)


def _describe(folder: Path, notes: Mapping[str, str | None], front: Mapping[str, Any]) -> None:
    fit_notes(folder, notes, front)
    describe(folder)


def _left_out(dataset: Path, takedown: Takedown | None, reserved: bool) -> tuple[dict[str, Gone], set[str]]:
    """The articles that must not be sent, by id, and the entries of the takedown list that they hit."""
    gone, hit = dict[str, Gone](), set[str]()
    folder = Folder.open(dataset)
    for split in folder.splits:
        for table in folder.tables(split):
            for row in table.select(
                ["id", "url", "publisher", "text_sha256", "tdm_reserved", "tdm_evidence"]
            ).to_pylist():
                asked = row["url"], row["publisher"], row["id"], row["text_sha256"]
                if hits := takedown.hits(*asked) if takedown else []:
                    gone[row["id"]] = Gone("takedown", hits[0][0], url=False)
                    hit.update(entry for _, entry in hits)
                elif reserved and row["tdm_reserved"]:
                    gone[row["id"]] = Gone("tdm_reserved", row["tdm_evidence"] or "")
    return gone, hit


def _hidden(dataset: Path, takedown: Takedown | None, hit: set[str]) -> set[str]:
    """Sources of ledger rows that must not tell their page: of older versions and copies, too, and of earlier lists.

    Adds the entries that they hit.
    """
    found = taken_down(dataset)
    if takedown is not None:
        for row in pq.read_table(dataset / "ledger.parquet", columns=["id", "url", "source"]).to_pylist():
            url = row["url"]
            if hits := takedown.hits(url, publisher_of(url), row["id"], None) if url else []:
                found.add(row["source"])
                hit.update(entry for _, entry in hits)
    return found


def _applied(settings: Upload, takedown: Takedown, manifest: Mapping[str, Any]) -> set[str]:
    """The entries of the list that the build, or an earlier release, was given already."""
    if settings.takedown and manifest["config"].get("takedown") == f"sha256:{file_sha256(settings.takedown)}":
        return set(takedown.lines)
    known = set(manifest.get("takedown_sha256") or ())
    return {entry for entry in takedown.lines if sha256(entry) in known}


def _with_takedown(manifest: dict[str, Any], takedown: Takedown | None) -> dict[str, Any]:
    """The list itself would tell what was taken down: only the hashes of its entries are kept."""
    if takedown is None:
        return manifest
    before = manifest.get("takedown_sha256") or ()
    return manifest | {"takedown_sha256": sorted({*before, *map(sha256, takedown.lines)})}
