"""A local sequence classifier labels in place of the rules: real weights (random ones), real tokenizer, whole builds."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from conftest import build, run_script
from presseschau.annotation.articles import Article
from presseschau.annotation.human import HumanLabel, HumanLabels, write_human
from presseschau.annotation.refit import refit
from presseschau.annotation.transformer import Answer, Classifier, Transformer, relabelled, token_limit
from presseschau.document import Document
from presseschau.label import Labeler, load_scheme
from presseschau.label.calibrate import Calibration, load_calibration
from presseschau.publish.manifest import read_manifest
from presseschau.publish.verify import verify

TOPICS = load_scheme().topic


def make_model(folder: Path, classes: list[str], seed: int = 0) -> Path:
    """A BERT with random weights and a vocabulary of letters."""
    transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
    pytest.importorskip("torch", reason="needs the extra transformers")
    folder.mkdir(parents=True)
    letters = "abcdefghijklmnopqrstuvwxyzäöüß0123456789.,:;!?-"
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(tokens), encoding="utf-8")
    transformers.BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    transformers.set_seed(seed)
    config = transformers.BertConfig(
        vocab_size=len(tokens), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=130, id2label=dict(enumerate(classes)), label2id={c: i for i, c in enumerate(classes)},
        initializer_range=0.6,
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Classes in another order than the scheme's, by display name."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny-topics", [c.name for c in reversed(TOPICS.classes)])


@pytest.fixture(scope="module")
def dataset(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classified")
    return build(folder, f"label.transformer.path={model}", f"label.transformer.cache_dir={folder / 'cache'}")


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for path in (folder / "data").glob("*.parquet") for row in pq.read_table(path).to_pylist()}


def open_model(path: Path, cache: Path, **options: Any) -> Classifier:
    made = Classifier.open(Transformer(path, cache_dir=cache, **options), load_scheme(), {})
    assert made is not None
    return made


DOCUMENTS = [Document(text=f"Das Gerät Nummer {n} ist da. " * (1 + n % 4), title=f"Nova {n}") for n in range(70)]


def test_an_answer_does_not_depend_on_the_other_articles(model: Path, tmp_path: Path) -> None:
    together = list(open_model(model, tmp_path / "a").answers(DOCUMENTS))
    turned = list(open_model(model, tmp_path / "b").answers(DOCUMENTS[::-1]))[::-1]
    alone = [next(open_model(model, tmp_path / "c").answers([document])) for document in DOCUMENTS[:3]]
    assert together == turned
    assert together[:3] == alone
    assert all(answer.label in TOPICS.keys and 0 < answer.confidence <= 1 for answer in together)


def test_an_answer_is_the_largest_softmax(model: Path, tmp_path: Path) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    own = transformers.AutoModelForSequenceClassification.from_pretrained(model).eval()
    document = DOCUMENTS[3]
    with torch.inference_mode():
        encoded = tokenizer(
            f"{document.title}\n\n{document.text}", truncation=True, max_length=128, return_tensors="pt"
        )
        scores = own(**encoded).logits[0].softmax(-1)
    name = own.config.id2label[int(scores.argmax())]
    (answer,) = open_model(model, tmp_path).answers([document])
    assert next(c.name for c in TOPICS.classes if c.key == answer.label) == name
    assert answer.confidence == pytest.approx(float(scores.max()), abs=2e-6)


@pytest.mark.parametrize(
    ("config", "longest", "limit"),
    [
        ({"max_position_embeddings": 514}, 10**30, 512),
        ({"max_position_embeddings": 130}, 10**30, 128),
        ({"max_position_embeddings": 8194}, 1000, 600),
        ({"max_position_embeddings": 8194}, 500, 500),
        ({"max_position_embeddings": -1}, 10**30, 600),  # XLNet: no end
        ({}, 10**30, 600),  # T5
    ],
)
def test_a_text_is_read_as_far_as_the_model_has_positions(config: dict[str, int], longest: int, limit: int) -> None:
    model = SimpleNamespace(config=SimpleNamespace(**config))
    assert token_limit(model, SimpleNamespace(model_max_length=longest), 600) == limit


def test_what_is_in_the_cache_needs_no_weights(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = list(open_model(model, tmp_path).answers(DOCUMENTS))
    again = open_model(model, tmp_path)
    monkeypatch.setattr(Classifier, "_model", None)  # reading would fail
    assert list(again.answers(DOCUMENTS)) == first
    assert open_model(model, tmp_path, max_tokens=16).state != again.state


def test_a_calibration_for_this_very_model_counts(model: Path, tmp_path: Path) -> None:
    bare = open_model(model, tmp_path)
    half = Calibration("five articles", 5, 0.0, (("logit", 0.5),))
    sure = Classifier.open(bare.config, load_scheme(), {bare.labeler: half})
    other = Classifier.open(bare.config, load_scheme(), {"transformer/other/00000000": half})
    assert sure is not None
    assert other is not None
    document = DOCUMENTS[:1]
    (raw,), (low,), (same,) = (list(c.answers(document)) for c in (bare, sure, other))
    odds = (raw.confidence / (1 - raw.confidence)) ** 0.5
    assert low.confidence == pytest.approx(max(0.05, odds / (1 + odds)), abs=1e-5)
    assert same == raw


def test_people_calibrate_the_model_beside_the_rules(model: Path, tmp_path: Path) -> None:
    made, articles, labels = open_model(model, tmp_path), list[Article](), dict[str, HumanLabel]()
    documents = [Document(text=f"Das Gerät {n} ist da. " * (1 + n % 7), title=f"Nova {n}") for n in range(120)]
    for n, (document, answer) in enumerate(zip(documents, made.answers(documents), strict=True)):
        topic = answer.label if n % 4 else "other"
        articles.append(Article(f"{n:04d}", document, "t", {}))
        said = {"topic": topic, "genre": "news"}
        labels[f"{n:04d}"] = HumanLabel(f"{n:04d}", "t", said, inclusion_probability=0.5)
    found = refit(Labeler(), articles, HumanLabels(labels), "people", classifier=made)
    assert list(found.calibrations) == ["topic", "genre", made.labeler]
    right = sum(
        labels[a.id].labels["topic"] == said.label for a, said in zip(articles, made.answers(documents), strict=True)
    )
    assert found.accuracy[made.labeler] == right / 120
    (tmp_path / "own.yaml").write_text(found.to_yaml(), encoding="utf-8")
    fitted = Classifier.open(made.config, load_scheme(), load_calibration(tmp_path / "own.yaml"))
    assert fitted is not None
    sure = [answer.confidence for answer in fitted.answers(documents)]
    assert sum(sure) / len(sure) == pytest.approx(right / 120, abs=0.05)


def test_the_labels_of_a_build_are_the_models(dataset: Path, sample: Path, model: Path) -> None:
    assert verify(dataset) == []
    found, rules = rows(dataset), rows(sample)
    assert set(found) == set(rules)
    (name,) = [name for name in read_manifest(dataset)["labelers"] if name.startswith("transformer/")]
    assert name.startswith("transformer/tiny-topics/")
    for id_, row in found.items():
        assert (row["topic_source"], row["topic_secondary"]) == ("model", None)
        assert row["labeler"] == f"{rules[id_]['labeler']}+{name}"
        assert (row["genre"], row["stance"]) == (rules[id_]["genre"], rules[id_]["stance"])
    assert sum(row["topic"] != rules[i]["topic"] for i, row in found.items()) > len(found) / 2
    manifest = (dataset / "manifest.json").read_text(encoding="utf-8")
    assert str(model.parent) not in manifest


def test_the_same_bytes_again_and_people_come_first(dataset: Path, model: Path, tmp_path: Path) -> None:
    found = rows(dataset)
    some = sorted(found)[:2]
    names = TOPICS.keys
    label = [
        HumanLabel(i, found[i]["text_sha256"], {"topic": names[(found[i]["topic"] + 1) % len(names)]}) for i in some
    ]
    write_human(tmp_path / "people.jsonl", label)
    again = rows(build(tmp_path, f"label.transformer.path={model}", f"label.transformer.cache_dir={tmp_path / 'c'}",
                       f"label.human={tmp_path / 'people.jsonl'}"))  # fmt: skip
    for id_, row in again.items():
        if id_ in some:
            assert row["topic_source"] == "human"
            assert row["topic"] == (found[id_]["topic"] + 1) % len(names)
            assert "+transformer/tiny-topics/" in row["labeler"]
        else:
            assert row == found[id_] | {"cluster": row["cluster"]}


def test_only_what_is_new_is_read(model: Path, tmp_path: Path) -> None:
    options = (f"label.transformer.path={model}", f"label.transformer.cache_dir={tmp_path / 'cache'}")
    first = read_manifest(build(tmp_path, *options))["content_sha256"]
    kept = {p: p.stat().st_mtime_ns for p in (tmp_path / "work" / "classified").rglob("*.parquet")}
    assert read_manifest(build(tmp_path, *options, "dataset.version=1.0.1"))["content_sha256"] == first
    assert kept == {p: p.stat().st_mtime_ns for p in (tmp_path / "work" / "classified").rglob("*.parquet")}


@pytest.mark.parametrize("task", ["genre", "stance"])
def test_another_task(task: str, tmp_path: Path, sample: Path) -> None:
    keys = list(getattr(load_scheme(), task).keys)
    model = make_model(tmp_path / f"tiny-{task}", keys)
    folder = build(tmp_path, f"label.transformer.path={model}", f"label.transformer.task={task}",
                   f"label.transformer.cache_dir={tmp_path / 'cache'}")  # fmt: skip
    assert verify(folder) == []
    found, rules = rows(folder), rows(sample)
    assert all(row["topic_source"] == "rules" for row in found.values())
    assert any(row[task] != rules[i][task] for i, row in found.items())
    if task == "stance":
        assert {row["stance_source"] for row in found.values()} - {None} == {"model"}
        assert all((row["stance"] is None) == (rules[i]["stance"] is None) for i, row in found.items())


def row_of(**values: Any) -> dict[str, Any]:
    own = {"topic": "ai", "topic_secondary": "policy", "topic_confidence": 0.5, "topic_source": "rules"}
    stance = {"stance_target": None, "stance": None, "stance_confidence": None, "stance_source": None}
    return {
        **own,
        "genre": "news",
        "genre_confidence": 0.5,
        **stance,
        "stance_evidence": [],
        "labeler": "r/1",
        **values,
    }


def config_of(folder: Path, classes: list[str] | None) -> Path:
    """The folder of a model, as far as its names are looked at."""
    folder.mkdir()
    named = {} if classes is None else {"id2label": {str(i): c for i, c in enumerate(classes)}}
    (folder / "config.json").write_bytes(orjson.dumps({"model_type": "bert", **named}))
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def test_a_stance_needs_a_target_of_the_rules(tmp_path: Path) -> None:
    made = Classifier(Transformer(tmp_path, "stance"), tmp_path / "m", "0" * 64, {})
    assert relabelled(row_of(), Answer("favor", 0.9), made) == row_of()
    spans = [{"start": 0, "end": 1, "text": "a"}]
    told = row_of(stance_target="Nova", stance="favor", stance_evidence=spans)
    assert relabelled(told, Answer("favor", 0.9), made)["stance_evidence"] == spans
    against = relabelled(told, Answer("against", 0.9), made)
    assert (against["stance"], against["stance_evidence"], against["stance_source"]) == ("against", [], "model")


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        (["LABEL_0", "LABEL_1"], "its class 'LABEL_0' is no topic of the scheme (hardware, mobile"),
        (None, "names no classes"),
        (["ai", "Künstliche Intelligenz"], "two of its classes are the same"),
    ],
)
def test_classes_that_do_not_fit_are_one_line(tmp_path: Path, classes: list[str] | None, said: str) -> None:
    done = run_script("build", f"label.transformer={config_of(tmp_path / 'm', classes)}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr


def test_a_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        done = run_script("build", f"label.transformer={path}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "no folder of a model, with config.json and weights" in done.stderr


def test_without_the_extra_the_line_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = config_of(tmp_path / "m", ["ai", "security"])
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ValueError, match=r"pip install 'presseschau\[transformers\]'"):
        Classifier.open(Transformer(folder), load_scheme(), {})
