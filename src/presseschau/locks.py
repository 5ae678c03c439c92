"""Holding a file against other processes; the system lets go of it when the process ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
from typing import IO, Any

_NO_LOCKS = (errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL)  # what drives without locks answer


def hold(file: IO[Any], wait: bool = False) -> None:
    """Holds an open file until it is closed; on a drive that has no locks nothing is held.

    Args:
        file: The file.
        wait: Wait for a process that holds it.

    Raises:
        BlockingIOError: Another process holds it, and `wait` is false.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
