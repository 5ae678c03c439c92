"""What Arrow imports in the process of a build."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import pyarrow as pa
from presseschau.pipeline.arrow import forgo_pandas
before = list(sys.meta_path)
forgo_pandas()
assert sys.meta_path == before
assert pa.Table.from_pylist([{"a": 1}, {"a": 2}]).column("a").to_pylist() == [1, 2]
print("pandas" in sys.modules)
import pandas
print(pa.table({"a": [1]}).to_pandas()["a"].tolist())
"""


def test_arrow_goes_without_pandas_and_others_still_find_it() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "[1]"]
