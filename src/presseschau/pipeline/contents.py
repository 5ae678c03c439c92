"""What a file that an option names counts for: what is in it, and not where it is."""

from __future__ import annotations

from pathlib import Path

from presseschau.label import Scheme, load_scheme
from presseschau.rights import Snapshots
from presseschau.stable import sha256


def digest_of(option: str, path: Path) -> str:
    """sha256 over the content; a folder's, and that of the lexicons and sections that a scheme names, included.

    Args:
        option: As `label.scheme`.
        path: Its value.

    Raises:
        OSError: A file can't be read.
        ValueError: The folder, or the scheme, is wrong.
    """
    if option == "rights.snapshots":
        return Snapshots.load(path).digest
    own = sha256(path.read_bytes())
    if option != "label.scheme":
        return own
    built_in = _named(load_scheme())
    named = [sha256(file.read_bytes()) for file in _named(load_scheme(path)) if file not in built_in]
    return sha256("\n".join([own, *named])) if named else own


def _named(scheme: Scheme) -> list[Path]:
    files = [file for task in (scheme.topic, scheme.genre) for file in (task.lexicon, task.sections)]
    return [file for file in files if file]
