"""Read pages from files of any kind: `open_source(kind, path)` gives a reader, a reader gives units, a unit pages."""

from presseschau.read.ccnews import BASE_URL
from presseschau.read.http_stream import Http
from presseschau.read.listing import unread_pages
from presseschau.read.pieces import Unpacker
from presseschau.read.source import KINDS, open_source
from presseschau.read.unit import TRANSIENT, Reader, ReadError, Skipped, Unit

__all__ = [
    "BASE_URL",
    "KINDS",
    "TRANSIENT",
    "Http",
    "ReadError",
    "Reader",
    "Skipped",
    "Unit",
    "Unpacker",
    "open_source",
    "unread_pages",
]
