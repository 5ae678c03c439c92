"""The second look: what the first model thinks of a block's surroundings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from presseschau.extract.dom import Block, Box
from presseschau.extract.features import COLUMNS, FEATURES, GROUP, Floats, group_rows, outer_box
from presseschau.extract.lexicon import LEXICON_COLUMNS

# What the second model still sees of the block itself.
_KEPT = tuple(c for c in COLUMNS if not c.startswith(("around_", "inline_")) and "@" not in c)
_KEPT_AT = [COLUMNS.index(c) for c in _KEPT]
_OWN = (
    "first prev1 prev2 next1 next2 near3 near8 outer_mean outer_sum sig_mean_p mass_before mass_after inside_region gap_before gap_after "
    "best_run from_first to_last page_mass tag_mean"
).split()
CONTEXT_COLUMNS: tuple[str, ...] = (*_KEPT, *_OWN, *(f"mass_{g}" for g in GROUP), *LEXICON_COLUMNS)


def context_rows(blocks: Sequence[Block], rows: Floats, first: Floats) -> Floats:
    """Rows of the second model.

    Args:
        blocks: The page's blocks.
        rows: `features.measure` of them, then the lexicon's columns.
        first: The first model's probability per block.
    """
    n = len(blocks)
    words = rows[:, COLUMNS.index("words")].astype(np.float64)
    p = first.astype(np.float64)
    mass = p * words
    total = float(mass.sum()) or 1.0
    running = np.concatenate([[0.0], np.cumsum(mass)])
    all_words = np.concatenate([[0.0], np.cumsum(words)])
    at = np.arange(n)

    def around(size: int) -> Floats:
        low, high = np.maximum(at - size, 0), np.minimum(at + size + 1, n)
        inner = running[high] - running[low] - mass
        out: Floats = (inner / np.maximum(1.0, all_words[high] - all_words[low] - words)).astype(np.float32)
        return out

    padded = np.concatenate([[-1.0, -1.0], p, [-1.0, -1.0]])
    outer_mean, outer_sum = _pooled([outer_box(b) for b in blocks], mass, words)
    sig_mean, _ = _pooled([(b.tag, outer_box(b).tag, outer_box(b).names) for b in blocks], mass, words)
    tag_mean, _ = _pooled([b.tag for b in blocks], mass, words)
    sure = np.flatnonzero((p > 0.5) & (words >= 8))
    a, b = (int(sure[0]), int(sure[-1])) if len(sure) else (n, -1)
    # Distance to the nearest sure block before and after.
    last = np.full(n, 99.0)
    after = np.full(n, 99.0)
    gap = 99.0
    for i in range(n):
        last[i] = gap
        gap = 1.0 if p[i] > 0.5 and words[i] >= 8 else gap + 1
    gap = 99.0
    for i in range(n - 1, -1, -1):
        after[i] = gap
        gap = 1.0 if p[i] > 0.5 and words[i] >= 8 else gap + 1
    columns = [
        p, padded[1:-3], padded[:-4], padded[3:-1], padded[4:], around(3), around(8), outer_mean, outer_sum / total, sig_mean,
        running[:-1] / total, (running[-1] - running[1:]) / total, (at >= a) & (at <= b), np.minimum(last, 50), np.minimum(after, 50),
        np.minimum(last, after), at - a, b - at, np.full(n, total), tag_mean,
    ]  # fmt: skip
    own = np.column_stack([np.asarray(c, dtype=np.float32) for c in columns])
    return np.hstack([rows[:, _KEPT_AT], own, group_rows(blocks, rows[:, : len(FEATURES)], mass.astype(np.float32)), rows[:, len(COLUMNS) :]])


def _pooled(keys: Sequence[Box | str | tuple[str, str, str]], mass: np.ndarray, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per block: mean probability by words, and mass, of the others that share its key."""
    m: dict[object, float] = {}
    w: dict[object, float] = {}
    for key, x, y in zip(keys, mass.tolist(), words.tolist(), strict=True):
        m[key] = m.get(key, 0.0) + x
        w[key] = w.get(key, 0.0) + y
    others = np.asarray([m[k] for k in keys]) - mass
    size = np.asarray([w[k] for k in keys]) - words
    return np.where(size > 0, others / np.maximum(1.0, size), -1.0), others
