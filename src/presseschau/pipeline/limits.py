"""How long a page may take: a time limit for code that runs in Python, and a harder one for loops in C."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
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
        with _watched(seconds):
            yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise PageTimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    """The limits of `time_limit` for any thread."""
    raise_in, own = ctypes.pythonapi.PyThreadState_SetAsyncExc, ctypes.c_ulong(threading.get_ident())
    lock, over = threading.Lock(), False

    def stop() -> None:
        with lock:
            if not over:
                raise_in(own, ctypes.py_object(PageTimeoutError))

    watchers = [threading.Timer(seconds, stop), threading.Timer(3 * seconds, os._exit, [1])]
    for watcher in watchers:
        watcher.daemon = True
        watcher.start()
    try:
        yield
    finally:
        with lock:
            over = True
        for watcher in watchers:
            watcher.cancel()
        raise_in(own, None)  # one that was sent and has not arrived yet must not hit the next page
