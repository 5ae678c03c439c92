from __future__ import annotations

import re
from pathlib import Path

from conftest import run_script
from presseschau.synthetic import Collection
from test_reproducible import digests


def test_a_build_that_would_repeat_itself_leaves_the_dataset_as_it_is(tmp_path: Path) -> None:
    dataset, pages = tmp_path / "dataset", tmp_path / "pages"
    pages.mkdir()
    for number in range(30):
        page = Collection(30, foreign=0).page(number)
        (pages / f"{number}.html").write_text(page.html, encoding="utf-8")

    told = list[str]()

    def built(*overrides: str) -> bool:
        """Whether there was anything to do."""
        done = run_script(
            "build", "source=html", f"source.path={pages}", f"output.dir={dataset}", "split=random",
            f"pipeline.work_dir={tmp_path / 'work'}", "engine.workers=1", *overrides,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "articles in" in done.stdout
        told.append(re.findall(r"\narticles\n((?:  .*\n)+)", done.stdout)[0])
        return "nothing has changed" not in done.stdout

    assert built()
    first, inode = digests(dataset), (dataset / "manifest.json").stat().st_ino
    assert not built("engine.workers=2", "pipeline.batch_units=3")
    assert (dataset / "manifest.json").stat().st_ino == inode
    assert told[0] == told[1]
    assert [line.split()[0] for line in told[1].splitlines()] == ["train", "validation", "test"]
    # A dataset that somebody has touched does not stand.
    shard = next(dataset.rglob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-1])
    assert built()
    assert digests(dataset) == first
    (pages / "0.html").write_text(Collection(99, foreign=0).page(77).html, encoding="utf-8")
    assert built()
    assert digests(dataset) != first
