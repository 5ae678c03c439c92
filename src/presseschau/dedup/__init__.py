"""dedup: one row per article, exact, near and contained duplicates out, relatives in one cluster.

The page workers sign texts (`Dedup.sign`); the corpus stage resolves the signatures in DuckDB (`Dedup.resolve`):
candidates by shared MinHash bands and winnowed prints, then true Jaccard and containment of every candidate pair.
"""

from presseschau.dedup.resolve import Dedup
from presseschau.dedup.signature import Signature

__all__ = ["Dedup", "Signature"]
