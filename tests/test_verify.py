"""Every kind of damage to a dataset folder is a line that names the file, and exit status 1."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import ROOT, build, run_script
from presseschau.publish.verify import verify


@pytest.fixture
def copy(sample: Path, tmp_path: Path) -> Path:
    shutil.copytree(sample, tmp_path / "copy")
    return tmp_path / "copy"


def first(folder: Path) -> Path:
    return folder / orjson.loads((folder / "manifest.json").read_bytes())["shards"][0]["path"]


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def without(path: Path, key: str) -> None:
    values = orjson.loads(path.read_bytes())
    del values[key]
    path.write_bytes(orjson.dumps(values))


@pytest.mark.parametrize(
    ("damage", "lines"),
    [
        (
            lambda f: append(first(f)),
            ["data/train-00000-of-00001.parquet: can't be read (is no shard of a dataset: Parquet"],
        ),
        (lambda f: first(f).unlink(), ["data/train-00000-of-00001.parquet: missing"]),
        (lambda f: change(first(f)), ["data/train-00000-of-00001.parquet: sha256 differs"]),
        (lambda f: (f / "manifest.json").write_text('{"name":'), ["manifest.json is no JSON: "]),
        (lambda f: (f / "manifest.json").write_text("[]"), ["manifest.json is no JSON object"]),
        (lambda f: without(f / "manifest.json", "config"), ["manifest.json has no config"]),
        (lambda f: (f / "ledger.parquet").unlink(), ["ledger.parquet: missing"]),
        (lambda f: (f / "splits.json").write_text("{"), ["splits.json: can't be read"]),
        (lambda f: without(f / "splits.json", "articles"), ["splits.json: can't be checked (KeyError: 'articles')"]),
        (lambda f: (f / "README.md").write_text("# Title"), ["README.md: can't be read"]),
        (lambda f: (f / "README.md").write_text("---\n---\n# Title"), ["README.md: can't be read"]),
        (lambda f: (f / "LICENSE.md").unlink(), ["LICENSE.md: missing"]),
        (lambda f: append(f / "LICENSE.md"), ["LICENSE.md: not what the build wrote"]),
        (lambda f: (f / "report.html").unlink(), ["report.html: missing"]),
        (lambda f: append(f / "report.html"), ["report.html: not what the folder gives"]),
        (lambda f: (f / "croissant.json").write_text("{"), ["croissant.json: can't be read"]),
        (
            lambda f: swap(f / "figures" / "genres.png", f / "figures" / "topics.png"),
            ["figures/genres.png: not what the folder gives", "figures/topics.png: not what the folder gives"],
        ),
        (lambda f: (f / "data" / "notes.txt").write_text("x"), ["data/notes.txt: not in the manifest"]),
        (lambda f: (f / "notes.txt").write_text("x"), ["notes.txt: no file of a dataset"]),
        (lambda f: (f / ".gitattributes").write_text("x"), []),
    ],
)
def test_damage_is_named_by_its_file(copy: Path, damage: Callable[[Path], object], lines: list[str]) -> None:
    damage(copy)
    found = verify(copy)
    assert all(any(line in one for one in found) for line in lines), found
    assert bool(found) == bool(lines)


def told(folder: Path, **values: Any) -> None:
    path = folder / "manifest.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | values))


def put(folder: Path, name: str, table: pa.Table) -> None:
    """Another Parquet file, with its rows and hash in the manifest: what is wrong is in the file alone."""
    pq.write_table(table, folder / name)
    digest = sha256((folder / name).read_bytes()).hexdigest()
    if name == "ledger.parquet":
        told(folder, ledger_sha256=digest)
    else:
        shards = orjson.loads((folder / "manifest.json").read_bytes())["shards"]
        known = {"sha256": digest, "rows": len(table)}
        told(folder, shards=[shard | known if shard["path"] == name else shard for shard in shards])


def rewrite(folder: Path, name: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    table = pq.read_table(folder / name)
    put(folder, name, pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema))


_DAMAGED_ROWS: list[tuple[dict[str, object], str]] = [
    ({"language_score": None}, "language_score is null"),
    ({"topic": 14}, "topic 14 is out of range"),
    ({"genre": -1}, "genre -1 is out of range"),
    ({"topic_confidence": 1.5}, "topic_confidence 1.5 is not between 0 and 1"),
    ({"language_score": -0.5}, "language_score -0.5 is not between 0 and 1"),
    ({"text": "Ein anderer Text.", "stance_evidence": []}, "text_sha256 is not that of the text"),
    ({"url": "https://www.rheinblick.example/x#y"}, "id or url is not canonical"),
    ({"url": "https://www.rheinblick.example/x"}, "id or url is not canonical"),
    ({"stance_target": "Funknetz", "stance": None}, "stance and stance_target are not null together"),
    ({"stance_evidence": [{"start": 3, "end": 5, "text": "?"}]}, "stance_evidence 3–5 is not in the text"),
    ({"cluster": "0" * 16}, "splits.json says otherwise"),
]


def test_every_promise_about_a_row_is_counted_on_the_row(copy: Path) -> None:
    damaged: list[str] = []

    def change(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for row, (values, line) in zip(rows, _DAMAGED_ROWS, strict=False):
            row |= values
            damaged.append(f"train/{row['id']}: {line}")
        return rows

    name = first(copy).relative_to(copy).as_posix()
    rewrite(copy, name, change)
    found = verify(copy)
    assert sorted(line for line in found if line.startswith("train/")) == sorted(damaged)
    assert "content_sha256 differs from the manifest" in found
    assert not any("ledger" in line for line in found)


def test_the_rows_are_counted_again(copy: Path) -> None:
    rewrite(copy, first(copy).relative_to(copy).as_posix(), lambda rows: [rows[1], *rows[1:], rows[-1]])
    rewrite(copy, "ledger.parquet", lambda rows: [{**row, "reason": None} for row in (rows[2], *rows[2:])])
    found = verify(copy)
    for line in (
        "2 ids stand in more than one row",
        "rows are not in order of id",
        "splits.json has 89 articles, the shards have 90",
        "manifest.json: split sizes differ from the shards",
        "README.md: view default does not have the rows that it names",
        "the ids of the shards are not the ids that the ledger calls kept",
        "kept, the manifest says 89",
        "ledger.parquet: 1 sources stand there twice",
        "was dropped without a reason",
        "kept + dropped + failed is not the 113 input pages",
    ):
        assert any(line in one for one in found), (line, found)


def test_columns_are_those_of_the_schema(copy: Path) -> None:
    shard = "data/validation-00000-of-00001.parquet"
    put(copy, shard, pq.read_table(copy / shard).replace_schema_metadata(None))
    ledger = pq.read_table(copy / "ledger.parquet")
    put(copy, "ledger.parquet", ledger.append_column("more", ledger.column("id")))
    found = verify(copy)
    assert any(line.startswith(f"{shard}: columns or features differ") for line in found)
    assert "ledger.parquet: columns differ from the contract" in found


def test_the_manifest_is_held_against_the_files(copy: Path) -> None:
    manifest = orjson.loads((copy / "manifest.json").read_bytes())
    counts = [count | {"pages": count["pages"] + 1} for count in manifest["counts"]]
    shards = [shard | {"rows": shard["rows"] + 1} for shard in manifest["shards"]]
    told(copy, counts=counts, shards=shards, ledger_sha256="", content_sha256="")
    found = verify(copy)
    assert {
        f"{first(copy).relative_to(copy)}: 51 rows, the manifest says 52",
        "ledger.parquet: sha256 differs from the manifest",
        "content_sha256 differs from the manifest",
        "manifest.json: the counts by stage do not sum to the input",
        "manifest.json: split sizes differ from the shards",
    } <= set(found)


def test_a_cluster_is_in_one_split(copy: Path) -> None:
    """Also where `splits.json` says the same as the rows."""
    plan = orjson.loads((copy / "splits.json").read_bytes())
    other, home = next((a["cluster"], a["split"]) for a in plan["articles"].values() if a["split"] != "train")
    moved: list[str] = []

    def change(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        moved.append(rows[0]["id"])
        return [rows[0] | {"cluster": other}, *rows[1:]]

    rewrite(copy, first(copy).relative_to(copy).as_posix(), change)
    plan["articles"][moved[0]]["cluster"] = other
    (copy / "splits.json").write_bytes(orjson.dumps(plan))
    assert f"cluster {other} is in train and {home}" in verify(copy)


@pytest.mark.parametrize(
    ("rules", "split"),
    [
        ({"cutoff": "2001-01-01"}, "train"),
        ({"cutoff": "2099-01-01", "embargo_days": 0}, "test_temporal"),
        ({"held_out_publishers": []}, "test_publisher"),
        ({"strategy": "publisher", "cutoff": None, "validation_publishers": ["netzkurier.example"]}, "train"),
        ({"strategy": "temporal", "held_out_publishers": [], "validation_cutoff": "2001-01-01"}, "train"),
    ],
)
def test_an_article_against_the_rules_of_its_split_is_found_unless_told(
    copy: Path, rules: dict[str, object], split: str
) -> None:
    path = copy / "splits.json"
    plan = orjson.loads(path.read_bytes()) | rules

    def found() -> list[str]:
        path.write_bytes(orjson.dumps(plan, option=orjson.OPT_INDENT_2))
        return [line for line in verify(copy) if "against the rules" in line]

    lines = found()
    assert any(line.startswith(f"{split}/") for line in lines), lines
    plan["fallbacks"] = [f"{s} has 1,000 articles against the rules, by split.lock" for s in orjson.loads(
        (copy / "manifest.json").read_bytes())["splits"]]  # fmt: skip
    assert found() == []


def test_other_commands_name_the_file_too(copy: Path, tmp_path: Path) -> None:
    append(first(copy))
    done = run_script("rehydrate", f"dir={copy}", "source=sample", f"output.dir={tmp_path / 'x'}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"{first(copy)} is no shard of a dataset" in done.stderr


def test_the_command_exits_with_1_and_a_list(copy: Path) -> None:
    append(first(copy))
    (copy / "ledger.parquet").unlink()
    done = run_script("verify", f"dir={copy}")
    assert done.returncode == 1
    assert done.stderr == ""
    assert "ledger.parquet: missing" in done.stdout
    assert done.stdout.endswith("2 promises do not hold\n")


def test_no_dataset_folder_is_a_mistake_of_the_command(tmp_path: Path) -> None:
    done = run_script("verify", f"dir={tmp_path}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no dataset folder" in done.stderr


def test_brackets_in_the_path_are_no_pattern(copy: Path, tmp_path: Path) -> None:
    copy.rename(tmp_path / "copy [1]")
    assert verify(tmp_path / "copy [1]") == []


def test_hostile_titles_names_and_columns_break_no_promise(tmp_path: Path) -> None:
    rows = [
        {
            "url": f"https://verlag{n % 3}.example/{n}",
            "title": title,
            "text": "\n\n".join(f"Absatz {n}.{i}: {_STORY}" for i in range(3)),
            "a|b": title[:80],
        }
        for n, title in enumerate(_TITLES)
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    name = "Böse | `Namen` <b>fett</b> {{ name }}"
    folder = build(
        tmp_path, "source=jsonl", f"source.path={tmp_path / 'in.jsonl'}", "source.keep=['a|b']", "dedup.near=keep",
        f'dataset.pretty_name="{name}"', "split=random",
    )  # fmt: skip
    assert verify(folder) == []
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"\n# {name}\n" in card
    assert "struct<a\\|b: string>" in card
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in report


_STORY = (
    "Die Stadt plant im kommenden Jahr einen neuen Bahnhof, und viele Bürger freuen sich über das Vorhaben, weil der "
    "alte längst zu klein geworden ist, während andere die Kosten kritisieren und den Standort ablehnen."
)
_TITLES = (
    "Mit | Strich und `Code` <script>alert(1)</script>",
    "---\nkey: value\n---",
    "{{ content_sha256 }} {{TITLE}} {{BODY}} {{CUBE}}",
    "\u202eumgekehrt\u202c",
    "</script><img src=x onerror=alert(1)>",
    "Zeile eins\r\nZeile zwei\u2028Zeile drei",
    "<!-- stub -->\nNeu\n<!-- /stub -->",
    "Lang " * 900,
)


def test_the_day_of_the_release_is_kept(tmp_path: Path) -> None:
    folder = build(tmp_path, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert orjson.loads((folder / "manifest.json").read_bytes())["released"] == "2023-11-14"
    assert orjson.loads((folder / "croissant.json").read_bytes())["datePublished"] == "2023-11-14"
    assert "year    = {2023}" in (folder / "README.md").read_text(encoding="utf-8")
    assert verify(folder) == []  # where it is not set
    pages = f"source.path={ROOT / 'data/sample'}"
    done = run_script("verify", f"dir={folder}", "rebuild=true", pages, env={"SOURCE_DATE_EPOCH": "86400"})
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_time_is_told(tmp_path: Path) -> None:
    for wrong in ("gestern", "99999999999999"):
        done = run_script(
            "build", f"output.dir={tmp_path / 'x'}", f"pipeline.work_dir={tmp_path / 'w'}",
            env={"SOURCE_DATE_EPOCH": wrong},
        )  # fmt: skip
        assert done.returncode == 2
        assert f"SOURCE_DATE_EPOCH={wrong} is no time in seconds" in done.stderr
        assert not (tmp_path / "w").exists()
