"""Word lists and patterns that are kept as data beside the code."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml


def read_words(name: str) -> dict[str, Any]:
    """The lists in `extract/NAME.yaml`, in the file's order."""
    source = resources.files("presseschau.extract").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there
    lists: dict[str, Any] = yaml.load(source, Loader=loader)  # noqa: S506  (both loaders are the safe ones)
    return lists
