"""dedup: one row per article, exact, near and contained duplicates out, relatives in one cluster.

The page workers sign texts (`Dedup.sign`); the corpus stage (`resolve.resolve_duplicates`) works on the signatures in
DuckDB: candidates by shared MinHash bands and winnowed prints, then true Jaccard and containment of every such pair.
"""

from presseschau.dedup.criteria import Dedup

__all__ = ["Dedup"]
