"""Datasets and labelled files are read as they are, and what is wrong with one is one clear line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from presseschau.benchmark.data import Corpus
from presseschau.benchmark.load import load
from presseschau.benchmark.settings import Source, TextFields
from presseschau.config import ConfigError
from presseschau.schema import LabelNames, Schema

ROWS = [("sport", "Der Ball rollt; 'endlich'"), ("politik", "Das Parlament tagt"), ("sport", "Ein Tor fällt")]


def csv_file(folder: Path, text: str, name: str = "daten.csv") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def source(path: str, **options: Any) -> Source:
    return Source(**{"kind": "csv", "path": path, "label": "label", "unseen": "error", **options})


def test_a_csv_without_header_by_index_with_its_own_quote(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "sport;'Der Ball rollt; ''endlich'''\npolitik;Das Parlament tagt\nsport;Ein Tor fällt\n")
    corpus = load(source(path, text="1", label="0", sep=";", quote="'"), "topic")
    assert corpus.table.column("text").to_pylist() == [text for _, text in ROWS]
    assert [corpus.labels[i] for i in corpus.y] == [label for label, _ in ROWS]
    assert corpus.labels == ("politik", "sport")
    assert list(corpus.splits) == ["train"]


def test_the_same_rows_in_every_kind_of_file(tmp_path: Path) -> None:
    table = pa.table({"label": [r[0] for r in ROWS], "text": [r[1] for r in ROWS], "split": ["train", "train", "test"]})
    pq.write_table(table, tmp_path / "daten.parquet")
    lines = "".join(json.dumps(row) + "\n" for row in table.to_pylist())
    (tmp_path / "daten.jsonl").write_text(lines, encoding="utf-8")
    rows = "label\ttext\tsplit\n" + "".join(f"{r['label']}\t{r['text']}\t{r['split']}\n" for r in table.to_pylist())
    with gzip.open(tmp_path / "daten.tsv.gz", "wt", encoding="utf-8") as file:
        file.write(rows)
    made = [
        load(source(str(tmp_path / "daten.parquet"), kind="parquet", split="split"), "topic"),
        load(source(str(tmp_path / "daten.jsonl"), kind="jsonl", split="split"), "topic"),
        load(source(str(tmp_path / "daten.tsv.gz"), sep="\\t", quote="", split="split"), "topic"),
    ]
    digests = {c.digest(c.splits["test"], split="test") for c in made}
    assert len(digests) == 1
    assert all(list(c.splits) == ["train", "test"] for c in made)


def test_splits_in_files_of_their_own(tmp_path: Path) -> None:
    train = csv_file(tmp_path, "label,text\na,eins\nb,zwei\n", "train.csv")
    test = csv_file(tmp_path, "label,text\na,drei\n", "test.csv")
    corpus = load(source(train, test=test), "topic")
    assert {s: len(r) for s, r in corpus.splits.items()} == {"train": 2, "test": 1}
    assert corpus.tests == ("test",)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("label,body\na,eins\n", {}, "has no column text: say dataset.text=… (valid: body, label)"),
        ("labl,text\na,eins\n", {}, "has no column label: say dataset.label=… (did you mean labl?)"),
        ("label,text\na,eins\na,zwei\n", {}, "a single class (a)"),
        ("label,text\na,eins\nb,\n", {}, "text is missing in 1 rows (the first is row 2"),
        ("label,text\na,eins\nb,NaN\n", {}, "text is missing in 1 rows"),
        ("label,text\na,eins\n,zwei\n", {}, "label is missing in 1 rows"),
        ("label,text\nnan,eins\nb,zwei\n", {}, "label is missing in 1 rows"),
        ("label,text\n", {}, "has no rows"),
        ("a,eins\n", {"text": "4", "label": "0"}, "column 4 is asked for: check dataset.sep"),
        ("label,text,split\na,eins,train\nb,zwei,train\nc,drei,test\n", {"split": "split"},
         "test has labels that train does not have (c)"),
        ("label,text,split\na,eins,dev\nb,zwei,test\n", {"split": "split"}, "no split train, only validation, test:"),
        ("label,text,split\na,eins,x\nb,zwei,y\n", {"split": "split"}, "no split train, only x, y:"),
        ("label,text,split\na,eins,train\nb,zwei,\n", {"split": "split"}, "split is missing in 1 rows (the first is row 2)"),
        ("", {}, "daten.csv has no header: is it empty?"),
        ("label,text\na,eins, zwei\nb,drei\n", {}, "record 2 has 3 columns, the first one 2: check dataset.sep"),
        ("a;eins\nb;zwei; drei\n", {"text": "1", "label": "0", "sep": ";"}, "record 2 has 3 columns, the first one 2"),
        ("label,text,split\na,eins,train\nb,zwei,train\nc,drei,test\n", {"split": "split", "unseen": "drop"},
         "split test has no rows"),
        ('{"label": "a", "text": "halb \\ud83d"}\n', {"kind": "jsonl"}, "a text holds half a character"),
        ('[1, 2]\n', {"kind": "jsonl"}, "line 1 is no object with text and label"),
        ('{"label": "a", "text": ["eins"]}\n', {"kind": "jsonl"}, "line 1 has no plain text"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(tmp_path: Path, text: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(source(csv_file(tmp_path, text), **options), "topic")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_and_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(source(str(tmp_path / "nichts.csv")), "topic")
    (tmp_path / "bild.csv").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ConfigError, match="can't be read as csv, it is not UTF-8: save it so"):
        load(source(str(tmp_path / "bild.csv")), "topic")
    with pytest.raises(ConfigError, match=r"dataset.label is missing"):
        load(source("x.csv", label=None), "topic")


def test_other_training_rows_change_no_test_article(tmp_path: Path) -> None:
    test = csv_file(tmp_path, "label,text\na,drei\nb,\n", "test.csv")
    found = []
    for rows in ("a,eins\nb,zwei\n", "a,eins\nb,zwei\nb,fünf\n"):
        train = csv_file(tmp_path, f"label,text\n{rows}", "train.csv")
        with pytest.raises(ConfigError, match=r"the first is row 2 of test"):
            load(source(train, test=test), "topic")
        corpus = load(source(train, test=test, missing="drop"), "topic")
        found.append(corpus.digest(corpus.splits["test"], split="test"))
    assert found[0] == found[1]


def test_splits_by_other_names(tmp_path: Path) -> None:
    rows = "a,eins,Train\nb,zwei,Train\na,drei,dev\nb,vier,TEST\na,fünf,rest\n"
    corpus = load(source(csv_file(tmp_path, f"label,text,split\n{rows}"), split="split"), "topic")
    assert {s: r.tolist() for s, r in corpus.splits.items()} == {"train": [0, 1], "validation": [2], "test": [3]}
    assert corpus.notes == ("split rest (1 rows) is not used: it is not train, validation or test…",)


def test_test_articles_that_train_has_are_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "label,text,split\na,eins,train\nb,zwei,train\na,eins,test\nb,drei,test\n")
    assert "1 of 2 rows of test have the text" in load(source(path, split="split"), "topic").notes[0]
    assert not load(source(path, split="split"), "topic", pooled=True).notes


def test_a_row_that_names_no_cluster_is_its_own(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "label,text,c\na,eins,x\nb,zwei,\na,drei,\nb,vier,x\n")
    clusters = load(source(path, cluster="c"), "topic").table.column("cluster").to_pylist()
    assert len(set(clusters)) == 3
    assert clusters[0] == clusters[3] == "x"


def test_rows_without_text_or_label_are_left_out_on_request(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "label,text\na,eins\nb,zwei\nb,\n,vier\n")
    corpus = load(source(path, missing="drop"), "topic")
    assert corpus.splits["train"].tolist() == [0, 1]
    assert corpus.notes == ("1 rows without text were left out", "1 rows without label were left out")


def test_white_space_around_a_label_makes_no_other_class(tmp_path: Path) -> None:
    rows = ["text,label", "eins, a", "zwei,b ", "drei,a", "vier,\tb"]
    corpus = load(source(csv_file(tmp_path, "\n".join(rows)), text="text", label="label"), "topic")
    assert corpus.labels == ("a", "b")
    assert corpus.y.tolist() == [0, 1, 0, 1]


def test_labels_that_train_does_not_have_are_counted_or_dropped_on_request(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "label,text,split\na,eins,train\nb,zwei,train\nc,drei,test\na,vier,test\n")
    counted = load(source(path, split="split", unseen="count"), "topic")
    dropped = load(source(path, split="split", unseen="drop"), "topic")
    assert len(counted.splits["test"]) == 2
    assert len(dropped.splits["test"]) == 1
    assert "c" in counted.notes[0]


def dataset(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> Path:
    """A folder as a build leaves it, with the columns that matter here."""
    schema = Schema(LabelNames(("hardware", "ai"), ("news", "review"))).arrow
    (folder / "data").mkdir(parents=True)
    for split, articles in rows.items():
        whole = [{f.name: None for f in schema} | {"cluster": a["id"], "labeler": "rules/1"} | a for a in articles]
        pq.write_table(pa.Table.from_pylist(whole, schema), folder / "data" / f"{split}-00000-of-00001.parquet")
    return folder


def article(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "title": "Titel",
        "text": f"Text {number}",
        "topic": number % 2,
        "genre": 0,
        **values,
    }


def test_validated_rows_never_train_or_tune(tmp_path: Path) -> None:
    rows = [article(i, label_role="validation" if i < 2 else "training") for i in range(6)]
    held = [article(9, label_role="validation")]
    folder = dataset(tmp_path / "d", {"train": rows, "validation": [article(7), *held], "test": [article(8)]})
    corpus = load(Source("published", str(folder)), "topic")
    assert {s: len(r) for s, r in corpus.splits.items()} == {"train": 4, "validation": 1, "test": 1}
    assert len(corpus.notes) == 2
    assert "validated by people" in corpus.notes[0]


def test_stance_takes_the_articles_with_a_target(tmp_path: Path) -> None:
    rows = [article(i, stance=i % 2 if i < 4 else None, stance_target="Gerät" if i < 4 else None) for i in range(6)]
    folder = dataset(tmp_path / "d", {"train": rows, "test": rows[:2]})
    corpus = load(Source("published", str(folder)), "stance")
    assert {s: len(r) for s, r in corpus.splits.items()} == {"train": 4, "test": 2}
    assert [corpus.labels[i] for i in corpus.y[:2]] == ["favor", "against"]
    assert set(corpus.values("genre", np.arange(4))) == {"news"}


def test_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    stub = dataset(tmp_path / "stub", {"train": [article(i, text=None) for i in range(4)]})
    (tmp_path / "leer").mkdir()
    for path, message in {
        str(stub): "stub release without texts",
        str(tmp_path / "leer"): "it is no dataset folder",
        str(tmp_path / "nichts"): "there is no such folder",
        __file__: "is a file: say dataset=csv",
    }.items():
        with pytest.raises(ConfigError, match=message):
            load(Source("published", path), "topic")
    with pytest.raises(ConfigError, match=r"no column thema: say dataset.label=COLUMN"):
        load(Source("published", str(stub), label="thema"), "topic")
    for option in ({"name": "gold"}, {"revision": "v1"}):
        with pytest.raises(ConfigError, match="is of a dataset on the Hub"):
            load(Source("published", str(stub), **option), "topic")
    none = dataset(tmp_path / "keine", {"train": [article(i) for i in range(4)]})
    with pytest.raises(ConfigError, match="with a stance"):
        load(Source("published", str(none)), "stance")


def test_a_folder_whose_files_differ(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "d", {"train": [article(i) for i in range(4)], "test": [article(9)]})
    test = folder / "data" / "test-00000-of-00001.parquet"
    table = pq.read_table(test)
    topic = table.schema.get_field_index("topic")
    wrong = table.set_column(topic, table.schema.field(topic), pa.array([99], table.schema.field(topic).type))
    for changed, message in (
        (table.drop_columns(["topic"]), "has no column topic, which other splits have"),
        (wrong, "column label has class 99, its 2 names end at 1"),
    ):
        pq.write_table(changed, test)
        with pytest.raises(ConfigError, match=message):
            load(Source("published", str(folder)), "topic")
    test.write_bytes(b"PAR1 kaputt")
    with pytest.raises(ConfigError, match="can't be read as parquet"):
        load(Source("published", str(folder)), "topic")


def test_a_folder_of_somebody_elses(tmp_path: Path) -> None:
    """Numbers for ids, titles and clusters, splits by other names."""
    for at, (split, count) in enumerate({"train": 4, "dev": 2, "test_matched": 2, "extra": 1}.items()):
        number = range(10 * at, 10 * at + count)
        table = {"text": [f"Text {i}" for i in number], "label": [("a", "b")[i % 2] for i in number]}
        numbers = {"id": number, "title": number, "cluster": [None if i == 20 else i for i in number]}
        pq.write_table(pa.table(table | numbers), tmp_path / f"{split}-00000-of-00001.parquet")
    corpus = load(Source("published", str(tmp_path)), "topic")
    assert {s: len(r) for s, r in corpus.splits.items()} == {"train": 4, "validation": 2, "test_matched": 2}
    assert corpus.notes == ("split extra (1 rows) is not used: it is not train, validation or test…",)
    assert corpus.values("id", corpus.splits["test_matched"]) == ["20", "21"]
    assert len({*corpus.values("cluster", corpus.splits["test_matched"]), "21"}) == 2
    assert [*corpus.examples(corpus.splits["validation"], TextFields()).texts()] == ["10\n\nText 10", "11\n\nText 11"]
    listed = Source("published", str(dataset(tmp_path / "d", {"train": [article(0)]})), label="keywords")
    with pytest.raises(ConfigError, match=r"column keywords holds list<.*>: say dataset.label=COLUMN"):
        load(listed, "topic")


def test_a_column_of_lists_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"label": [["a"], ["b"]], "text": ["eins", "zwei"]}), tmp_path / "daten.parquet")
    with pytest.raises(ConfigError, match=r"column label holds list<.*>: say dataset.label=COLUMN"):
        load(source(str(tmp_path / "daten.parquet"), kind="parquet"), "topic")


def test_an_id_names_one_row_of_a_split(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id,label,text,split\n7,a,eins,train\n8,b,zwei,train\n7,a,drei,test\n")
    assert len(load(source(path, id="id", split="split"), "topic").splits["test"]) == 1
    twice = csv_file(tmp_path, "id,label,text\n7,a,eins\n8,b,zwei\n7,a,drei\n", "zweimal.csv")
    with pytest.raises(ConfigError, match=r"column id has 7 in 2 rows of train: say dataset.id=COLUMN"):
        load(source(twice, id="id"), "topic")


def test_a_split_without_rows_is_named(tmp_path: Path) -> None:
    rows = [article(i, stance=i % 2, stance_target="Gerät") for i in range(4)]
    folder = dataset(tmp_path / "d", {"train": rows, "test": [article(9)]})
    with pytest.raises(ConfigError, match=r"split test has no rows with a stance: build with more pages"):
        load(Source("published", str(folder)), "stance")
    path = csv_file(tmp_path, "label,text,split\na,eins,train\nb,zwei,train\na,,test\n")
    with pytest.raises(ConfigError, match="split test has no rows: add rows to it"):
        load(source(path, split="split", missing="drop"), "topic")


def test_rows_are_read_where_they_lie() -> None:
    table = pa.concat_tables([pa.table({"id": [f"{i}" for i in range(a, a + 5)]}) for a in (0, 5, 10)])
    corpus = Corpus(table, ("a",), np.zeros(15, dtype=np.int64), {}, "topic")
    assert corpus.values("id", np.array([13, 2, 7])) == ["13", "2", "7"]
    assert corpus.values("id", np.zeros(0, dtype=np.int64)) == []
    assert corpus.values("title", np.array([1])) == [None]


def test_a_title_and_a_text_are_cut_together(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "label,titel,text\na,Kurz,Ein langer Text\nb,x,y\n")
    corpus = load(source(path, title="titel"), "topic")
    cut = corpus.examples(corpus.splits["train"], TextFields(max_chars=8))
    assert next(cut.parts()) == ("Kurz", "Ein ")
    assert next(cut.texts()) == "Kurz\n\nEi"
