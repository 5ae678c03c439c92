"""A stub holds everything about the articles and not a word of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
import yaml

from conftest import build, run_script
from presseschau.config import ConfigError
from presseschau.dedup import Dedup
from presseschau.pipeline.release import describe
from presseschau.pipeline.stub import release_stub, signer, similarity
from presseschau.publish.card.render import with_notes
from presseschau.publish.content import SIGNATURES, TEXT_COLUMNS, StubError, check_content, check_own_columns
from presseschau.publish.derive import Change, Gone, derive
from presseschau.publish.folder import FolderError
from presseschau.publish.manifest import read_manifest
from presseschau.publish.stub import place_of, without_text
from presseschau.publish.verify import verify


@pytest.fixture(scope="module")
def stub(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("stub") / "dataset"
    release_stub(sample, target)
    return target


def rows(folder: Path) -> list[dict[str, Any]]:
    return sorted(ds.dataset(folder / "data").to_table().to_pylist(), key=lambda row: row["id"])


def test_words_are_null_and_the_rest_is_as_it_was(sample: Path, stub: Path) -> None:
    full, bare = rows(sample), rows(stub)
    assert [list(row) for row in full] == [list(row) for row in bare]
    for one, two in zip(full, bare, strict=True):
        assert all(two[name] is None for name in TEXT_COLUMNS)
        evidence = [{"start": s["start"], "end": s["end"], "text": None} for s in one["stance_evidence"]]
        assert two["stance_evidence"] == evidence
        rest = [name for name in one if name not in (*TEXT_COLUMNS, "stance_evidence")]
        assert {name: one[name] for name in rest} == {name: two[name] for name in rest}
    assert any(row["stance_evidence"] for row in bare)


def test_no_file_holds_a_passage_of_an_article(sample: Path, stub: Path) -> None:
    sentences = [row["text"].split(". ")[-1][:60] for row in rows(sample)]
    for path in stub.rglob("*"):
        if path.suffix == ".parquet":
            content = str(pq.read_table(path).to_pylist())
        elif path.is_file() and path.suffix != ".png":
            content = path.read_text(encoding="utf-8")
        else:
            continue
        assert not any(sentence in content for sentence in sentences), path


def test_promises_hold_and_the_manifest_says_what_it_is(sample: Path, stub: Path) -> None:
    assert verify(stub) == []
    manifest = read_manifest(stub)
    assert manifest["content"] == "stub"
    assert manifest["full_content_sha256"] == read_manifest(sample)["content_sha256"]
    assert manifest["content_sha256"] != manifest["full_content_sha256"]
    assert "content" not in read_manifest(sample)


def test_every_view_loads_with_the_same_labels(sample: Path, stub: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    for view in ("default", "topic", "genre", "stance"):
        one = load_dataset(str(sample), view, cache_dir=str(tmp_path / "one"))
        two = load_dataset(str(stub), view, cache_dir=str(tmp_path / "two"))
        assert list(one) == list(two)
        for split in one:
            assert one[split].features == two[split].features
            assert one[split]["id"][:] == two[split]["id"][:]
            assert set(two[split]["text"][:]) == {None}


def test_the_card_says_so_once(stub: Path) -> None:
    card = (stub / "README.md").read_text(encoding="utf-8")
    assert card.count("This is a stub release") == 1
    front = yaml.safe_load(card.split("---\n")[1])
    manifest = read_manifest(stub)
    splits = {entry["name"]: entry["num_examples"] for entry in front["dataset_info"][0]["splits"]}
    assert splits == manifest["splits"]
    # The hash that a paper names is that of the full dataset; both are there.
    assert (
        f"is `{manifest['content_sha256']}`, that of the full dataset is `{manifest['full_content_sha256']}`." in card
    )


def test_the_same_folder_gives_the_same_bytes(sample: Path, stub: Path, tmp_path: Path) -> None:
    release_stub(sample, tmp_path / "again")
    for path in stub.rglob("*"):
        if path.is_file():
            assert (tmp_path / "again" / path.relative_to(stub)).read_bytes() == path.read_bytes()


def test_a_stub_of_a_stub_and_a_folder_that_is_something_else_are_refused(
    sample: Path, stub: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="a stub already"):
        release_stub(stub, tmp_path / "x")
    with pytest.raises(ValueError, match="the folder to read"):
        derive(sample, sample, Change())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(FolderError, match="no dataset"):
        release_stub(sample, tmp_path / "mine")
    with pytest.raises(ValueError, match="no dataset folder"):
        release_stub(tmp_path / "mine", tmp_path / "x")


def test_what_is_derived_from_the_rows_is_made_anew(sample: Path, tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def finish(folder: Path) -> None:
        seen.append(sorted(path.name for path in folder.iterdir()))
        (folder / "report.html").write_text("no text")

    release_stub(sample, tmp_path / "x", finish)
    assert not {"report.html", "croissant.json"} & set(seen[0])
    assert {"README.md", "data", "ledger.parquet", "manifest.json", SIGNATURES, "splits.json"} <= set(seen[0])
    assert (tmp_path / "x" / "report.html").read_text() == "no text"


def test_rows_that_are_left_out_are_in_the_ledger_and_nowhere_else(sample: Path, tmp_path: Path) -> None:
    known = rows(sample)
    test_rows = pq.read_table(next((sample / "data").glob("test-*")), columns=["id"]).column("id").to_pylist()
    gone = {id_: Gone("takedown", "url", url=False) for id_ in test_rows} | {known[0]["id"]: Gone("tdm_reserved", "x")}
    derive(sample, tmp_path / "x", Change(gone=gone), describe)
    assert verify(tmp_path / "x") == []
    assert {row["id"] for row in rows(tmp_path / "x")} == {row["id"] for row in known} - set(gone)
    manifest = read_manifest(tmp_path / "x")
    assert "test" not in manifest["splits"]
    assert manifest["pages"]["input"] == read_manifest(sample)["pages"]["input"]
    ledger = {
        r["id"]: r for r in pq.read_table(tmp_path / "x" / "ledger.parquet").to_pylist() if r["stage"] == "publish"
    }
    assert {id_: (r["outcome"], r["reason"], r["url"] is None) for id_, r in ledger.items()} == {
        id_: ("dropped", why.reason, not why.url) for id_, why in gone.items()
    }
    assert not any(id_ in orjson.loads((tmp_path / "x" / "splits.json").read_bytes())["articles"] for id_ in gone)


def test_a_stub_does_not_tell_the_files_of_what_the_build_took_down(sample: Path, tmp_path: Path) -> None:
    (url,) = {row["url"] for row in rows(sample) if row["id"] == min(own["id"] for own in rows(sample))}
    (tmp_path / "list.txt").write_text(url)
    full = build(tmp_path / "full", f"takedown={tmp_path / 'list.txt'}")
    (told,) = [row["source"] for row in ledger_of(full) if row["reason"] == "takedown"]
    release_stub(full, tmp_path / "stub")
    assert verify(tmp_path / "stub") == []
    sources = [row["source"] for row in ledger_of(tmp_path / "stub")]
    assert told not in sources
    assert {row["source"] for row in ledger_of(full) if row["url"]} <= set(sources)
    release_stub(full, tmp_path / "stub")  # and once more over it
    assert [row["source"] for row in ledger_of(tmp_path / "stub")] == sources


def test_a_stub_that_rows_are_left_out_of_shows_no_lengths_that_count_them(stub: Path, tmp_path: Path) -> None:
    first = ds.dataset(stub / "data").to_table(columns=["id"]).column("id")[0].as_py()
    derive(stub, tmp_path / "less", Change(gone={first: Gone("takedown", "url", url=False)}), describe)
    assert verify(tmp_path / "less") == []
    report = (tmp_path / "less" / "report.html").read_text(encoding="utf-8")
    assert "Articles by length" in (stub / "report.html").read_text(encoding="utf-8")
    assert "Articles by length" not in report
    assert re.search(r"\| all \| 88 \| \d+ \| – \|", (tmp_path / "less" / "README.md").read_text(encoding="utf-8"))


def ledger_of(folder: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(folder / "ledger.parquet").to_pylist())


def test_nothing_left_is_an_error_and_leaves_nothing(sample: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no row of .* would be left \(89 takedown\)"):
        derive(sample, tmp_path / "x", Change(gone={row["id"]: Gone("takedown") for row in rows(sample)}))
    assert list(tmp_path.iterdir()) == []


def test_no_change_gives_the_same_folder(sample: Path, tmp_path: Path) -> None:
    derive(sample, tmp_path / "x", Change())
    for path in (sample / "data").iterdir():
        assert (tmp_path / "x" / "data" / path.name).read_bytes() == path.read_bytes()
    for name in ("splits.json", "ledger.parquet"):
        assert (tmp_path / "x" / name).read_bytes() == (sample / name).read_bytes()
    assert read_manifest(tmp_path / "x")["content_sha256"] == read_manifest(sample)["content_sha256"]


def test_notes_are_put_in_replaced_and_taken_out() -> None:
    card = "# Title\n\nProse.\n"
    once = with_notes(card, {"stub": "One."})
    assert with_notes(once, {"stub": "Two."}) == with_notes(card, {"stub": "Two."})
    assert with_notes(once, {"stub": None}) == card
    assert with_notes(with_notes(once, {"rights": "R."}), {"stub": None}) == with_notes(card, {"rights": "R."})


def test_signatures_tell_where_the_target_stands(sample: Path, stub: Path) -> None:
    full = {row["id"]: row for row in rows(sample)}
    signs = pq.read_table(stub / SIGNATURES).to_pylist()
    assert {row["id"] for row in signs} == set(full)
    for sign in signs:
        row = full[sign["id"]]
        if sign["target_in"]:
            assert row[sign["target_in"]][sign["target_start"] : sign["target_end"]] == row["stance_target"]
        assert sign["target"] is None or sign["target"] not in row["text"] + (row["title"] or "")


def contents(folder: Path, manifest: dict[str, Any] | None = None) -> list[str]:
    tables = [pq.read_table(path) for path in sorted((folder / "data").iterdir())]
    return list(check_content(folder, manifest or read_manifest(folder), tables))


def test_what_a_folder_holds_is_what_its_manifest_says(sample: Path, stub: Path, tmp_path: Path) -> None:
    assert contents(stub) == []
    assert contents(sample) == []
    assert len(contents(stub, read_manifest(sample))) == len(rows(stub))
    lies = contents(sample, read_manifest(stub))
    assert len(lies) == len(rows(sample)) + 1
    assert "must not have title" in lies[0]
    assert lies[-1].startswith(SIGNATURES)


TEXT = "Das neue Gerät misst die Luft im Klassenzimmer und\n\nwarnt, sobald es stickig wird."


@pytest.mark.parametrize(
    "value",
    [
        TEXT,
        "Das neue Gerät misst",
        "im Klassenzimmer und warnt",
        "Prüfgerät für gute Luft",
        '{"kicker":"Das neue Gerät misst","n":1}',
        "ein Vermerk " * 12,
    ],
)
def test_own_columns_that_hold_the_article_make_no_stub(value: str) -> None:
    row = {
        "id": "a1",
        "title": "Prüfgerät für gute Luft",
        "teaser": None,
        "text": TEXT,
        "extra": {"n": 1, "own": value},
    }
    with pytest.raises(StubError, match=r"extra\.own .*in a1.*leave own out of source\.keep"):
        check_own_columns([pa.Table.from_pylist([row])])


@pytest.mark.parametrize(
    "value",
    [
        "wissen",
        "Das neue Gerät",
        "von Hand geprüft am Montag",
        "https://bilder.example/" + "x" * 200,
        '["Luft","Schule"]',
    ],
)
def test_own_columns_that_hold_notes_stay_in_a_stub(value: str) -> None:
    row = {"id": "a1", "title": None, "teaser": None, "text": TEXT, "extra": {"n": 1, "own": value, "none": None}}
    check_own_columns([pa.Table.from_pylist([row])])
    check_own_columns([pa.Table.from_pylist([row | {"extra": None}]), pa.table({"id": ["a1"]})])


def test_a_stub_with_the_text_in_an_own_column_is_refused_and_found(sample: Path, tmp_path: Path) -> None:
    records = [{key: row[key] for key in ("url", "title", "text")} | {"note": row["text"]} for row in rows(sample)[:40]]
    (tmp_path / "own.jsonl").write_bytes(b"\n".join(map(orjson.dumps, records)))
    options = ("source=jsonl", f"source.path={tmp_path / 'own.jsonl'}", "split=random")
    dataset = build(tmp_path, *options)
    before = (dataset / "manifest.json").read_bytes()
    places = (f"output.dir={dataset}", f"pipeline.work_dir={tmp_path / 'work'}", "engine.workers=1")
    done = run_script("build", *options, *places, "source.keep=[note]", "publish.content=stub")
    assert (done.returncode, done.stderr.count("error: ")) == (2, 1), done.stderr
    assert "extra.note holds text of the articles" in done.stderr
    assert (dataset / "manifest.json").read_bytes() == before
    # A stub that was made by hand
    full = build(tmp_path, *options, "source.keep=[note]")
    manifest = read_manifest(full) | {"content": "stub"}
    tables = [without_text(pq.read_table(path)) for path in sorted((full / "data").iterdir())]
    lies = list(check_content(full, manifest, tables))
    assert lies[0].endswith("a stub must not have extra.note")
    with pytest.raises(ConfigError, match="leave note out"):
        release_stub(full, tmp_path / "stub")


@pytest.mark.parametrize(
    ("target", "text", "title", "place"),
    [
        ("Nova", "Das Nova.", "Nova", ("text", 4)),
        ("Nova", "Das Gerät.", "Neues Nova", ("title", 6)),
        ("Nova", "Das Gerät.", None, (None, None)),
        (None, "Das Gerät.", None, (None, None)),
    ],
)
def test_a_target_is_looked_for_in_the_text_first(
    target: str | None, text: str, title: str | None, place: tuple[str | None, int | None]
) -> None:
    assert place_of(target, {"text": text, "title": title}) == place


def test_without_text_takes_rows_without_evidence() -> None:
    spans = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("text", pa.string())]))
    table = pa.table(
        {
            **{name: pa.array(["x", "y"]) for name in TEXT_COLUMNS},
            "stance_evidence": pa.array([None, [{"start": 0, "end": 1, "text": "y"}]], spans),
        }
    )
    assert without_text(table).column("stance_evidence").to_pylist() == [None, [{"start": 0, "end": 1, "text": None}]]


def test_similarity_estimates_jaccard() -> None:
    sign = signer(Dedup())
    words = [f"wort{number}" for number in range(600)]
    for changed in (0, 30, 100, 300):
        other = [*(f"neu{number}" for number in range(changed)), *words[changed:]]
        common = 596 - changed
        jaccard = common / (2 * 596 - common) if changed else 1.0
        assert abs(similarity(sign(" ".join(words)), sign(" ".join(other))) - jaccard) < 0.13
    assert similarity(sign(""), sign("ein Wort")) == 0.0
    assert similarity(sign(""), sign("")) == 0.0
