"""What a build tells at its end: the funnel, the labels, the splits, where the time went, how to load the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from presseschau.pipeline.build import Built

_FAULTS = ("near_duplicates", "contained", "related", "spanning_clusters", "shared_publishers", "out_of_time")


def summary(built: Built) -> str:
    """The table for the terminal."""
    manifest = built.manifest
    total, kept = sum(built.seconds.values()), manifest.outcome("kept")
    rate = f", {built.pages / built.seconds['extract']:,.0f} pages/s extracted now" if built.pages else ""
    blocks = [
        _table("pages", [("input", f"{manifest.pages:,}"), *_funnel(built)]),
        *(_counted(name, counts) for name, counts in {"articles": manifest.splits, **built.labels}.items()),
        _table("seconds", [*((s, f"{t:.1f}") for s, t in built.seconds.items()), ("all", f"{total:.1f}")]),
        *(f"note: {note}" for note in (*built.notes, *_leaks(manifest.leakage))),
        f"{kept:,} {'article' if kept == 1 else 'articles'} in {built.folder}{rate}",
        f'load it: datasets.load_dataset("{built.folder}", "topic")',
    ]
    return "\n".join(blocks)


def _funnel(built: Built) -> Iterable[tuple[str, str]]:
    counts = sorted(built.manifest.counts, key=lambda c: (c.outcome != "kept", c.outcome, -c.pages, c.reason or ""))
    for count in counts:
        yield (f"{count.outcome} {count.reason} ({count.stage})" if count.reason else count.outcome, f"{count.pages:,}")


def _leaks(found: Mapping[str, Any]) -> Iterable[str]:
    """A line where the audit found something, as under a lock whose articles have other texts now."""
    counts = {name: len(own) if isinstance(own := found[name], Sequence) else own for name in _FAULTS}
    if any(counts.values()):
        said = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        yield f"splits leak: {said}; see `leakage` in manifest.json"


def _counted(head: str, counts: Mapping[str, int]) -> str:
    return _table(head, [(name, f"{count:,}") for name, count in counts.items()])


def _table(head: str, rows: Sequence[tuple[str, str]]) -> str:
    width = max([len(head), *(len(name) for name, _ in rows)])
    right = max([1, *(len(value) for _, value in rows)])
    return "\n".join([head, *(f"  {name:<{width}}  {value:>{right}}" for name, value in rows)])
