"""split: which articles train and which ones test, by publisher, by time and by the hash of their cluster.

`Benchmark`, `Random`, `Temporal` and `Publisher` assign splits in DuckDB; `SplitPlan` says by what rules, splits.json
(`to_splits_json`, `from_splits_json`) records them and locks them for the next release (`Lock`).
"""

from presseschau.split.plan import Lock, SplitPlan, from_splits_json, load_lock, to_splits_json
from presseschau.split.splitter import Splitter
from presseschau.split.strategies import Benchmark, Publisher, Random, Temporal
from presseschau.split.stratify import balance

__all__ = [
    "Benchmark",
    "Lock",
    "Publisher",
    "Random",
    "SplitPlan",
    "Splitter",
    "Temporal",
    "balance",
    "from_splits_json",
    "load_lock",
    "to_splits_json",
]
