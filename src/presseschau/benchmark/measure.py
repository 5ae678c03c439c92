"""What a run costs: seconds, the highest memory of this process and its workers, and on what machine."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from presseschau.stable import cores

_EVERY = 0.05  # seconds between two looks at the memory


@dataclass(slots=True)
class Cost:
    """Seconds and peak resident memory in bytes of what ran under it; memory is 0 where the system does not tell."""

    seconds: float = 0.0
    peak_bytes: int = 0


@contextmanager
def cost() -> Iterator[Cost]:
    """Measures the block: wall-clock time, and memory of this process and all below it."""
    found, done = Cost(peak_bytes=resident()), threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY):
            found.peak_bytes = max(found.peak_bytes, resident())

    thread = threading.Thread(target=watch, daemon=True)
    start = time.perf_counter()
    thread.start()
    try:
        yield found
    finally:
        found.seconds = time.perf_counter() - start
        done.set()
        thread.join()
        found.peak_bytes = max(found.peak_bytes, resident())


def resident() -> int:
    """Resident bytes of this process and its descendants now, 0 where there is no /proc."""
    if not Path("/proc/self/statm").exists():
        return 0
    page, total, waiting = os.sysconf("SC_PAGE_SIZE"), 0, [str(os.getpid())]
    while waiting:
        pid = waiting.pop()
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * page
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += (task / "children").read_text(encoding="ascii").split()
        except OSError:  # it ended while we looked
            continue
    return total


def machine() -> dict[str, object]:
    """The class of machine: architecture, cores, memory in GB, system; no name of a host."""
    memory = None
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)
    return {"architecture": platform.machine(), "cores": cores(), "memory_gb": memory, "system": platform.system()}
