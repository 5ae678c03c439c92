"""Files behind HTTP(S) as bounded streams: retry with back-off, resume by range, and a polite pace."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.request import getproxies, proxy_bypass

from presseschau.read.http_answer import (
    RemoteFile,
    RetryError,
    body_parts,
    check_status,
    described,
    part_from,
    range_headers,
    said,
)
from presseschau.read.unit import UnreachableError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager, Retry

T = TypeVar("T")
# A cut connection counts against the retries unless it has brought at least this much.
_PROGRESS = 1 << 20
_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Http:
    """How a server is asked.

    Attributes:
        agent: `User-Agent`: who is asking, and where to complain.
        retries: Further tries after a failed one; a connection that was cut after a megabyte or more is none.
        wait: Seconds before the first further try; doubled for each one more.
        max_wait: Longest wait, seconds. A server that asks for more patience (`Retry-After`) is left alone.
        delay: Seconds between two requests of one worker, which has one connection.
        timeout: Seconds to connect, and seconds in which some bytes have to come.
    """

    agent: str = "presseschau (news dataset builder)"
    retries: int = 6
    wait: float = 1.0
    max_wait: float = 300.0
    delay: float = 0.2
    timeout: float = 60.0

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if not self.agent.strip() or not self.agent.isprintable() or not self.agent.isascii():
            raise ValueError(f"agent={self.agent!r} must be one line of ASCII that says who is asking")
        if not 0 <= self.retries <= 100:
            raise ValueError(f"retries={self.retries} must be 0 to 100")
        for name in ("wait", "max_wait", "delay"):
            if not 0 <= getattr(self, name) <= 86_400:
                raise ValueError(f"{name}={getattr(self, name)} must be 0 to 86400 seconds")
        if not 0 < self.timeout <= 86_400:
            raise ValueError(f"timeout={self.timeout} must be more than 0 seconds, at most 86400")


class Connection:
    """One connection to one server, kept open between requests; to be used as a context manager."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._pool: PoolManager | None = None
        self._free_at = 0.0  # of the monotonic clock: when the next request may be sent

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._pool is not None:
            self._pool.clear()

    def head(self, url: str) -> RemoteFile:
        """Size and tag of a file.

        Raises:
            UnreachableError: It can't be had.
        """

        def ask() -> RemoteFile:
            with self._request("HEAD", url, {}) as answer:
                answer.drain_conn()  # there is nothing to read, but only who has read may ask again
                return described(answer)

        return self._retried(ask)

    def get(self, url: str, limit: int) -> bytes:
        """A small file, whole.

        Raises:
            UnreachableError: It can't be had, or has more than `limit` bytes.
        """

        def ask() -> bytes:
            with self._request("GET", url, {}) as answer:
                parts, size = list[bytes](), 0
                for part in body_parts(answer, self.http.timeout):
                    parts.append(part)
                    size += len(part)
                    if size > limit:
                        raise UnreachableError(f"longer than {limit} bytes")
                return b"".join(parts)

        return self._retried(ask)

    def stream(self, url: str, file: RemoteFile) -> io.RawIOBase:
        """The bytes of a file as they come; a cut connection is taken up where it was cut.

        Args:
            url: The file.
            file: What `head` said; the file has to be the same one.

        Returns:
            An unbuffered binary file; reading it raises UnreachableError where the rest can't be had.
        """
        return _Body(self._pieces(url, file))

    def _pieces(self, url: str, file: RemoteFile) -> Generator[bytes, None, None]:
        at = tries = 0
        while True:
            began = at
            try:
                with self._request("GET", url, range_headers(at, file)) as answer:
                    if answer.status == 416 and file.size in (None, at):
                        return
                    for part in part_from(at, answer, file, self.http.timeout):
                        at += len(part)
                        yield part
                if file.size is not None and at < file.size:
                    raise RetryError(f"ended after {at} of {file.size} bytes")
                return
            except RetryError as error:
                tries = 1 if at - began >= _PROGRESS else tries + 1
                self._wait(tries, error)

    def _retried(self, ask: Callable[[], T]) -> T:
        tries = 0
        while True:
            try:
                return ask()
            except RetryError as error:
                tries += 1
                self._wait(tries, error)

    def _wait(self, tries: int, error: RetryError) -> None:
        """Waits before try number `tries`, or gives up."""
        if tries > self.http.retries:
            raise UnreachableError(f"{error}; tried {tries} times" if tries > 1 else str(error)) from error
        if error.wait > self.http.max_wait:
            raise UnreachableError(f"{error}; asks to come back in {error.wait:.0f} s") from error
        doubled = min(self.http.wait * 2 ** (tries - 1), self.http.max_wait)
        # Workers that were turned away together must not come back together.
        time.sleep(max(error.wait, doubled * random.uniform(0.5, 1.0)))  # noqa: S311

    @contextmanager
    def _request(self, method: str, url: str, headers: dict[str, str]) -> Iterator[BaseHTTPResponse]:
        """An answer with a status of success (or 416, to a range).

        Raises:
            UnreachableError: The answer is final.
            RetryError: The answer, or having none, may pass.
        """
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError, MaxRetryError, ResponseError

        time.sleep(max(0.0, self._free_at - time.monotonic()))
        self._free_at = time.monotonic() + self.http.delay
        try:
            answer = self._manager(url).request(
                method,
                url,
                headers={"User-Agent": self.http.agent, "Accept-Encoding": "identity", **headers},
                preload_content=False,
                decode_content=False,
                timeout=Timeout(connect=self.http.timeout, read=self.http.timeout),
                retries=_follow_only(),
            )
        except ValueError as error:
            raise UnreachableError(f"not a URL: {said(error)}") from error
        except MaxRetryError as error:
            if isinstance(error.reason, ResponseError):
                raise UnreachableError(f"more than {_REDIRECTS} redirects") from error
            raise RetryError(said(error.reason or error)) from error
        except (HTTPError, OSError) as error:
            raise RetryError(said(error)) from error
        try:
            check_status(answer)
            yield answer
        except (HTTPError, OSError) as error:
            raise RetryError(said(error)) from error
        finally:
            answer.close()  # ends the connection only where something is left unread

    def _manager(self, url: str) -> PoolManager:
        if self._pool is None:
            from urllib3 import PoolManager, ProxyManager
            from urllib3.util import parse_url

            parts = parse_url(url)
            proxy = getproxies().get(parts.scheme or "")
            if proxy and not proxy_bypass(parts.host or ""):
                self._pool = ProxyManager(proxy, num_pools=2, maxsize=1)
            else:
                self._pool = PoolManager(num_pools=2, maxsize=1)
        return self._pool


class _Body(io.RawIOBase):
    """Pieces of bytes as an unbuffered file."""

    def __init__(self, pieces: Generator[bytes, None, None]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        count = min(len(self._rest), len(buffer))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._at += count
        return count

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._pieces.close()
        super().close()


def _follow_only() -> Retry:
    """Redirects are followed by the client; whether to try again is decided here."""
    from urllib3 import Retry

    return Retry(connect=0, read=0, status=0, other=0, redirect=_REDIRECTS, respect_retry_after_header=False)
