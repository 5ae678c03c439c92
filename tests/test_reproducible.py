"""Same pages, config and versions → same bytes, whatever the workers, hash seed, zone, locale, folder, order or cache."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import ROOT, build
from presseschau.publish.shards import file_sha256
from presseschau.synthetic import Collection, write_pages


def digests(dataset: Path) -> dict[str, str]:
    return {p.relative_to(dataset).as_posix(): file_sha256(p) for p in sorted(dataset.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def one_worker(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("one")
    return digests(build(folder, workers=1, env={"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}))


def test_workers_hash_seed_zone_and_locale(one_worker: dict[str, str], tmp_path: Path) -> None:
    env = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Chatham", "LC_ALL": "C", "LANG": "C"}
    other = build(tmp_path, "pipeline.batch_units=7", workers=4, env=env)
    assert digests(other) == one_worker


def test_input_folder_and_warm_cache(one_worker: dict[str, str], tmp_path: Path) -> None:
    elsewhere = tmp_path / "a folder with another name"
    # Copied newest name first, so that the file system lists the files in another order.
    for path in sorted((ROOT / "data/sample").rglob("*"), reverse=True):
        if path.is_file():
            target = elsewhere / path.relative_to(ROOT / "data/sample")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    first = digests(build(tmp_path, f"source.path='{elsewhere}'", "pipeline.batch_units=5"))
    shutil.rmtree(tmp_path / "dataset")  # a dataset that stands would be left as it is
    again = digests(build(tmp_path, f"source.path='{elsewhere}'"))
    assert first == one_worker
    assert again == one_worker


def test_an_input_that_grew_shrank_and_changed(tmp_path: Path) -> None:
    pages, made = tmp_path / "pages", Collection(110, publishers=6, copies=0.4, foreign=0.0, page_bytes=5_000)
    overrides = ("source=html", f"source.path={pages}", "pipeline.batch_units=8")
    write_pages(made, pages, range(100))
    build(tmp_path, *overrides)
    write_pages(made, pages, range(100, 110))
    for number in (3, 40):
        (pages / "0000" / f"{number:08}.html.gz").unlink()
    shutil.copyfile(pages / "0000" / f"{7:08}.html.gz", pages / "0000" / f"{50:08}.html.gz")
    work = tmp_path / "work"
    before = pq.read_table(next(work.glob("pairs/*/verified.parquet")))
    grown = digests(build(tmp_path, *overrides))
    after = pq.read_table(next(work.glob("pairs/*/verified.parquet")))
    assert grown == digests(build(tmp_path / "cold", *overrides))
    # What was compared before was not compared again, and what is in no pair any more is forgotten.
    known = {(row["a"], row["b"]) for row in before.to_pylist()}
    assert 0 < len({(row["a"], row["b"]) for row in after.to_pylist()} & known) < len(known)


def test_what_a_build_leaves_among_its_pages_is_none_of_them(tmp_path: Path) -> None:
    write_pages(Collection(30, publishers=4, foreign=0.0, page_bytes=5_000), tmp_path / "pages", range(30))
    (tmp_path / "style.css").touch()
    first = digests(build(tmp_path, "source=html", f"source.path={tmp_path}"))
    (tmp_path / "work" / "built.json").unlink()  # a dataset that stands would be left as it is
    assert (tmp_path / "dataset" / "report.html").exists()
    assert digests(build(tmp_path, "source=html", f"source.path={tmp_path}")) == first
    assert json.loads((tmp_path / "dataset" / "manifest.json").read_bytes())["skipped"] == {".css": 1}


@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="Dask is not installed")
def test_a_dask_cluster(one_worker: dict[str, str], tmp_path: Path) -> None:
    assert digests(build(tmp_path, "engine=dask", "pipeline.batch_units=9", workers=2)) == one_worker


OTHERS = [path for path in os.environ.get("PRESSESCHAU_OTHER_PYTHONS", "").split(os.pathsep) if path]


@pytest.mark.skipif(
    not OTHERS, reason="PRESSESCHAU_OTHER_PYTHONS names no interpreter that presseschau is installed in"
)
@pytest.mark.parametrize("python", OTHERS)
def test_the_content_is_that_of_other_pythons_and_writers(sample: Path, tmp_path: Path, python: str) -> None:
    """Another Python or pyarrow may write other Parquet bytes; the hash of the rows is the same."""
    command = [python, str(ROOT / "scripts/build.py"), f"output.dir={tmp_path / 'dataset'}",
               f"pipeline.work_dir={tmp_path / 'work'}", "engine.workers=1"]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    here, there = (json.loads((folder / "manifest.json").read_bytes()) for folder in (sample, tmp_path / "dataset"))
    assert there["content_sha256"] == here["content_sha256"]
    assert there["counts"] == here["counts"]
