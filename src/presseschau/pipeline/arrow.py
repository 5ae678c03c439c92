"""Arrow as a build needs it: without pandas, which it would import with the first list that it is given."""

from __future__ import annotations

import sys

import pyarrow as pa


class _NoPandas:
    """Says of pandas that it is not installed."""

    @staticmethod
    def find_spec(name: str, *_where: object) -> None:
        """See `importlib.abc.MetaPathFinder`."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def forgo_pandas() -> None:
    """Lets Arrow look for pandas now, once and in vain: the import would take a quarter of a second and 40 MiB.

    For a process that hands Arrow no objects of pandas, as a build. Whoever else imports pandas finds it.
    """
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(_NoPandas)
