"""Every kind of damage to a dataset folder is a line that names the file, and exit status 1."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
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
