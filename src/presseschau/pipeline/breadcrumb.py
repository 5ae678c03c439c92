"""Where a worker is, in a file that survives it: so a page that kills its process is known by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Breadcrumb:
    """A small file beside a batch in the making that names the page being worked on; it survives the process."""

    file: int

    @classmethod
    @contextmanager
    def beside(cls, batch: Path) -> Iterator[Breadcrumb]:
        """Opens the file for one run over the batch and removes it when the run ends well."""
        path = batch.with_suffix(".at")
        file = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        try:
            yield cls(file)
        finally:
            os.close(file)
        path.unlink()

    @staticmethod
    def left(batch: Path) -> tuple[str, str | None] | None:
        """(unit, page) that a killed run was at; the page is None while the unit was only being opened."""
        try:
            unit, page = batch.with_suffix(".at").read_text("utf-8", "replace").split("\n")[:2]
        except (FileNotFoundError, ValueError):
            return None
        return unit, page or None

    def drop(self, unit: str, page: str = "") -> None:
        """Notes the place."""
        line = f"{unit}\n{page}\n".encode("utf-8", "replace")
        os.pwrite(self.file, line, 0)
