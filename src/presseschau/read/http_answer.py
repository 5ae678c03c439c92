"""What a server's answers mean: whether it may help to ask again, which part of a file they hold, what went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from presseschau.read.unit import UnreachableError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_PIECE = 1 << 16
# A server that sends less than this within one timeout has stalled, though it never falls silent.
_SLOWEST = 1 << 14
# What a server means to be better later: RFC 9110 15.5.9, 15.6; RFC 6585 4. Object stores say 503 for "slow down".
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class RetryError(Exception):
    """One request went wrong in a way that may pass."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What a server says about a file.

    Attributes:
        size: Bytes; None where it does not say.
        tag: Its entity tag, else its date of change, else "": equal tags mean equal content.
    """

    size: int | None
    tag: str


def range_headers(at: int, file: RemoteFile) -> dict[str, str]:
    """Request headers for the rest of a file from byte `at` (RFC 9110, 13.1.5 and 14.2)."""
    if not at:
        return {}
    # A weak tag may not be used in If-Range; the answer's own tag is compared in any case.
    same = {"If-Range": file.tag} if file.tag and not file.tag.startswith("W/") else {}
    return {"Range": f"bytes={at}-", **same}


def part_from(at: int, answer: BaseHTTPResponse, file: RemoteFile, timeout: float) -> Iterator[bytes]:
    """The file's bytes from `at` on, whatever part of it the answer holds."""
    found = described(answer)
    if file.tag and found.tag and found.tag != file.tag:
        raise UnreachableError("the file has changed since it was listed")
    start = 0
    if answer.status == 200 and None not in (found.size, file.size) and found.size != file.size:
        # A maintenance page, mostly; what it holds must not be taken for the start of the file.
        raise RetryError(f"sends {found.size} bytes, not {file.size}")
    if answer.status == 206:
        begins = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0].strip()
        if not begins.isdecimal() or int(begins) > at:
            raise UnreachableError(f"the server sends another range than bytes {at}-")
        start = int(begins)
    elif answer.status == 416:
        raise UnreachableError(f"the server has no bytes after {at} of {file.size}")
    todo = at - start  # a server that ignores ranges sends everything again
    for part in body_parts(answer, timeout):
        if todo >= len(part):
            todo -= len(part)
            continue
        yield part[todo:]
        todo = 0


def body_parts(answer: BaseHTTPResponse, timeout: float) -> Iterator[bytes]:
    """The body as it comes; RetryError where it has stalled."""
    since, came = time.monotonic(), 0
    while part := answer.read1(_PIECE, decode_content=False):
        came += len(part)
        now = time.monotonic()
        if now - since > timeout:
            if came < _SLOWEST:
                raise RetryError(f"only {came} bytes in {now - since:.0f} s")
            since, came = now, 0
        yield part


def described(answer: BaseHTTPResponse) -> RemoteFile:
    """Size and tag of a file by the headers of an answer about it."""
    size = answer.headers.get("Content-Length", "")
    tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
    return RemoteFile(int(size) if size.isdecimal() else None, tag.strip())


def check_status(answer: BaseHTTPResponse) -> None:
    """Raises where the answer is no success: for good, or in a way that may pass."""
    if answer.status in (200, 206, 416):
        return
    status = f"HTTP {answer.status}"
    if answer.status in _LATER:
        raise RetryError(status, _retry_after(answer))
    raise UnreachableError(status)


def _retry_after(answer: BaseHTTPResponse) -> float:
    """Seconds that the server asks to wait; 0 where it doesn't, or not in a way that can be read."""
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    try:
        return Retry().get_retry_after(answer) or 0.0
    except InvalidHeader:
        return 0.0


def said(error: BaseException) -> str:
    """What went wrong, without addresses of objects, hosts or ports."""
    from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ReadTimeoutError

    # The first three are derived from each other, in this order.
    if isinstance(error, NameResolutionError):
        return "the host name is not known"
    if isinstance(error, NewConnectionError | ConnectionRefusedError):
        return "no connection"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError | TimeoutError):
        return "no answer in time"
    kind = type(error).__name__
    return {"IncompleteRead": "the connection was cut", "ProtocolError": "the connection was cut"}.get(kind, kind)
