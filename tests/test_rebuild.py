"""`verify.py rebuild=true`: the manifest holds all that a rebuild needs, and what differs is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import ROOT, build, run_script
from presseschau.pipeline.rebuild import rebuild
from presseschau.publish.same import differences

PAGES = f"source.path={ROOT / 'data/sample'}"


def test_a_rebuild_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    # Files of the user's own count by content: they have to be named again, wherever they are by then.
    takedown = tmp_path / "takedown.txt"
    takedown.write_text("https://nordlicht-technik.example/\n")
    card = tmp_path / "card.md"
    card.write_text("# {{ pretty_name }}\n\n{{ articles }} Artikel.\n", encoding="utf-8")
    dataset = build(tmp_path, f"takedown={takedown}", f"publish.card={card}", "split=random", "seed=7")
    card.unlink()
    moved = takedown.rename(tmp_path / "liste.txt")
    done = run_script("verify", f"dir={dataset}", "rebuild=true", PAGES, f"takedown={moved}", "workers=2")
    assert "its rebuild is the same, byte for byte" in done.stdout, done.stdout + done.stderr
    # This card leaves out what `verify` looks for; the rebuild is compared all the same.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "liste.txt", "work"]
    missing = run_script("verify", f"dir={dataset}", "rebuild=true", PAGES)
    assert missing.returncode == 2
    assert "takedown=PATH" in missing.stderr
    assert missing.stderr.count("\n") == 1
    moved.write_text("https://ostwind-technik.example/\n")
    for arguments, message in (
        ([f"takedown={moved}"], f"takedown={moved} is not what the build had"),
        ([f"split.lock={moved}"], f"the build had no file for split.lock: leave split.lock={moved} out"),
    ):
        wrong = run_script("verify", f"dir={dataset}", "rebuild=true", PAGES, *arguments)
        assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
        assert message in wrong.stderr


def test_other_pages_are_told(sample: Path, tmp_path: Path) -> None:
    pages = shutil.copytree(ROOT / "data/sample", tmp_path / "pages")
    next(path for path in sorted(pages.rglob("*.html"))).unlink()
    done = run_script("verify", f"dir={sample}", "rebuild=true", f"source.path={pages}", "workers=2")
    assert done.returncode == 1
    assert "every promise holds" in done.stdout
    assert "its rebuild differs" in done.stdout
    assert "manifest.json: " in done.stdout
    assert "ledger.parquet: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rebuild=true"], "source.path=…"),
        (["rebuild=true", "source.path=/no/such/folder"], "no pages in"),
        (["rebuild=true", PAGES, "workers=0"], "workers=0"),
    ],
)
def test_mistakes_are_one_line(sample: Path, arguments: list[str], message: str) -> None:
    done = run_script("verify", f"dir={sample}", *arguments)
    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_another_python_is_told(sample: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sample, tmp_path / "dataset")
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest | {"unicode": "9.0.0"}))
    told = rebuild(folder, {"source": {"path": PAGES.partition("=")[2]}})
    assert told[0] == f"built with other versions: Python's Unicode 9.0.0, now {manifest['unicode']}"


def test_differences_name_file_place_and_values(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "data").mkdir(parents=True)
        (folder / "README.md").write_text("a\nb\n")
        (folder / "m.json").write_bytes(orjson.dumps({"a": [1, {"b": "x" * 50}], "c": 1}))
        pq.write_table(pa.table({"id": ["p", "q"], "text": ["eins", "zwei"]}), folder / "data/a.parquet")
        pq.write_table(pa.table({"id": ["p"]}), folder / "data/b.parquet")
        (folder / "f.png").write_bytes(b"1")
    assert list(differences(one, other)) == []
    (other / "README.md").write_text("a\nb\nc\n")
    (other / "m.json").write_bytes(orjson.dumps({"a": [1, {"b": "x" * 49 + "y"}], "c": 1}))
    pq.write_table(pa.table({"id": ["p", "q"], "text": ["eins", "drei"]}), other / "data/a.parquet")
    pq.write_table(pa.table({"id": ["p"]}), other / "data/b.parquet", compression="gzip")
    (other / "f.png").write_bytes(b"2")
    (other / "new").touch()
    (one / "old").touch()
    assert list(differences(one, other)) == [
        "README.md: line 3: '', 'c' in the rebuild",
        "data/a.parquet: text of q: 'zwei', 'drei' in the rebuild",
        "data/b.parquet: the same rows, other bytes (another version of pyarrow?)",
        "f.png: another picture",
        f"m.json: a[1].b: '…{'x' * 21}', '…{'x' * 20}y' in the rebuild",
        f"new: not in {one}",
        f"old: only in {one}",
    ]


def test_what_people_laid_beside_a_dataset_is_no_difference(sample: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sample, tmp_path / "dataset")
    (folder / "LICENSE").write_text("mine")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x").write_text("a client's")
    assert list(differences(folder, sample)) == []
    (folder / "report.html").unlink()
    assert list(differences(folder, sample)) == [f"report.html: not in {folder}"]
