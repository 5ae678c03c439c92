"""Read pages from files of any kind: `open_source(kind, path)` gives a reader, a reader gives units, a unit pages."""

from presseschau.read.source import KINDS, open_source
from presseschau.read.unit import Reader, ReadError, Unit

__all__ = ["KINDS", "ReadError", "Reader", "Unit", "open_source"]
