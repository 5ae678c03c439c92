"""How long a page may take: a time limit for code that runs in Python, and a harder one for loops in C."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class PageTimeoutError(Exception):
    """A page took longer than the configured limit."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises PageTimeoutError after so many seconds of wall clock; kills the process after twice as much CPU time.

    The second limit is for loops in C code, where no Python signal handler runs. On a thread that gets no signals, as
    a Dask worker's, another thread watches; there the second limit is wall clock, too.
    """
    if threading.current_thread() is not threading.main_thread():
        watch = _own.watch
        if watch is None or watch.seconds != seconds:
            watch = _own.watch = _Watch(seconds)
        watch.begin()
        try:
            yield
        finally:
            watch.began = None  # before anything else, since the error may arrive at the very end of a page
            watch.end()
        return
    if signal.getsignal(signal.SIGALRM) is not _stop:  # setting it takes as long as all the rest
        signal.signal(signal.SIGALRM, _stop)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise PageTimeoutError


class _Watch:
    """The limits of `time_limit` for one thread and all its pages: threads for each page take a tenth of its time.

    Attributes:
        seconds: The first limit.
        began: When the page did that the thread is at.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._thread = ctypes.c_ulong(threading.get_ident())
        self._lock = threading.Lock()
        self.began: float | None = None
        self._told = self._running = False

    def begin(self) -> None:
        """The thread goes to a page."""
        with self._lock:
            self.began, self._told = time.monotonic(), False
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> None:
        """It has left it: an error that was sent and has not arrived yet must not hit the next page."""
        with self._lock:
            self._raise(None)

    def _run(self) -> None:
        wait: float | None = self.seconds
        while wait is not None:
            time.sleep(wait)
            wait = self._look()

    def _look(self) -> float | None:
        """Does what is due; seconds to the next look, None where there is no page."""
        with self._lock:
            if self.began is None:
                self._running = False
                return None
            took = time.monotonic() - self.began
            if took < self.seconds:
                return self.seconds - took
            if took >= 3 * self.seconds:
                os._exit(1)
            if not self._told:
                self._told = True
                self._raise(PageTimeoutError)
            return min(self.seconds, 3 * self.seconds - took)  # the next page may begin at once

    def _raise(self, error: type[Exception] | None) -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, error if error is None else ctypes.py_object(error))


class _Own(threading.local):
    watch: _Watch | None = None


_own = _Own()
