"""The YAML files that the labeler is made of, and the lists that stand in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> Any:
    """Parsed YAML of a file, by the C loader where it is there.

    Raises:
        ValueError: The file can't be read or is not YAML.
    """
    try:
        return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 both are safe loaders
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or " ".join(str(error).split())
        raise ValueError(f"{path}: {why}") from None


def listed(written: str) -> list[str]:
    """The entries of a list that commas and line ends set apart.

    >>> listed("ChatGPT, =KI, neuronale Netze @1.5,")
    ['ChatGPT', '=KI', 'neuronale Netze @1.5']
    """
    return [entry for piece in written.replace("\n", ",").split(",") if (entry := piece.strip())]
