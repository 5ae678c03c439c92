"""The files of a released folder and their columns, in words: the reference and the Croissant metadata say the same.

Nothing else is published, and nothing else is lost when a build writes its folder again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from presseschau.publish import figures
from presseschau.schema import SPLITS

FILES: Mapping[str, str] = {
    "README.md": "The dataset card: YAML metadata, prose, numbers, figures",
    "LICENSE.md": "Whose the texts are; only where no other licence was named",
    "data/SPLIT-NNNNN-of-NNNNN.parquet": "The articles of each split",
    "stance_targets/SPLIT-NNNNN-of-NNNNN.parquet": "Stance toward given targets, where there are any "
    "(`label.stance.targets`)",
    "ledger.parquet": "Every input page with its outcome and the reason for it",
    "splits.json": "What fixed the splits: cutoff, held-out publishers, cluster and split of every article",
    "manifest.json": "Configuration, versions, counts and hashes of the build",
    "croissant.json": "Croissant metadata of exactly these files",
    "report.html": "Everything counted, with samples, on one page that opens from disk",
    "figures/NAME.png": "The plots of the card",
    "signatures.parquet": "By what a re-crawled text is recognised; only in a stub",
    "rehydration.parquet": "What became of every row of the stub; only in a rehydrated folder",
}
# What people may lay beside them; no command makes or replaces these.
OWN = ("LICENSE", "CHANGELOG.md", "CITATION.cff")
LEDGER: Mapping[str, str] = {
    "id": "Id of the article; null where the page did not get far enough to have one",
    "url": "Canonical URL, where known; null for what was taken down",
    "source": "Where the page came from, relative to the input root; in a release a hash of that where the page was "
    "taken down",
    "outcome": "kept, dropped or failed",
    "stage": "The stage that decided; null where kept",
    "reason": "Why; null where kept",
    "detail": "A value, the id that the page repeats, an error; of a kept page a `url` that is none (`url: not a URL: "
    "…`), what was masked in it (`masked: email 2`) and the licence that it states (`license: https://…`)",
}
SIGNATURES: Mapping[str, str] = {
    "id": "Id of the article",
    "minhash": "The lowest byte of each MinHash value of the text",
    "title_sha256": "sha256 of the title",
    "teaser_sha256": "sha256 of the teaser",
    "keywords_sha256": "sha256 of the keywords as a JSON list",
    "target_in": "Where the stance target stands: `text` or `title`; null where in neither",
    "target_start": "Code-point offset of its start there",
    "target_end": "Code-point offset of its end there",
    "target_sha256": "sha256 of the stance target",
    "target": "The stance target itself, only where it is in neither and so is nobody's text",
}
REHYDRATION: Mapping[str, str] = {
    "id": "Id of the article",
    "outcome": "exact, near, changed, dropped or missing",
    "detail": "Stage and reason, where the page was found and dropped",
    "similarity": "Estimated Jaccard of the found text, where it is not the release's",
    "differs": "Columns in which the page is not what the release had: title, teaser, keywords, stance",
    "source": "The page, relative to the input root",
}

_PLACES = {"SPLIT": f"({'|'.join(SPLITS)})", "NNNNN": r"\d{5,}", "NAME": f"({'|'.join(figures.NAMES)})"}
_MADE = re.compile("|".join(re.sub("|".join(_PLACES), lambda m: _PLACES[m[0]], re.escape(name)) for name in FILES))
_PICTURE = re.compile(r"figures/\w[\w.-]*\.(png|svg|jpe?g)")


def is_made(name: str) -> bool:
    """Whether a path in a dataset folder is that of a file which the commands write.

    >>> is_made("data/train-00000-of-00002.parquet"), is_made("data/notes.txt"), is_made("LICENSE")
    (True, False, False)
    """
    return _MADE.fullmatch(name) is not None


def is_published(name: str) -> bool:
    """Whether a path in a dataset folder is that of a file which is published: made, or laid there for readers.

    >>> is_published("LICENSE"), is_published("figures/own.png"), is_published("notes.txt")
    (True, True, False)
    """
    return is_made(name) or name in OWN or _PICTURE.fullmatch(name) is not None


def others(folder: Path, known: Callable[[str], bool]) -> list[str]:
    """What a folder holds besides the files that are known, by path there; a folder that no dataset has by its name."""
    parts = {name.partition("/")[0] for name in FILES if "/" in name}
    found = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and not known(name):
            top, slash, _ = name.partition("/")
            found.add(f"{top}/" if slash and top not in parts else name)
    return sorted(found)
