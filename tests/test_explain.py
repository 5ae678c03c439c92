"""Why one page is what it is: found by id, URL and page, and what is said where it is not."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import run_script
from presseschau.config import ConfigError
from presseschau.pipeline.explain import explain


def test_a_page_is_found_by_each_of_its_names(sample: Path) -> None:
    kept = next(row for row in pq.read_table(sample / "ledger.parquet").to_pylist() if row["outcome"] == "kept")
    done = run_script("explain", f"dir={sample}", f"page={kept['source']}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{kept['source']}  {kept['url']}\noutcome   kept")
    for name, value in (("id", kept["id"]), ("url", kept["url"])):
        assert explain(sample, sample.parent / "work", None, **{name: value}) + "\n" == done.stdout


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "say exactly one of id=…, url=…, page=…"),
        ({"id": "a", "page": "b"}, "say exactly one of id=…, url=…, page=…"),
        (
            {"page": "netzkurier/stoerung-behobn.html"},
            "no page has page=netzkurier/stoerung-behobn.html: did you mean ",
        ),
    ],
)
def test_a_wrong_name_is_said_by_the_name_of_the_option(sample: Path, keys: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        explain(sample, None, None, **keys)
