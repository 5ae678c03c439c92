"""Every model fits, predicts and reads nothing but what it says; masking takes out whole words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from conftest import ROOT
from presseschau.benchmark.data import Corpus, Examples
from presseschau.benchmark.models import KINDS, model_from
from presseschau.benchmark.models.keywords import masker
from presseschau.benchmark.models.model import chosen
from presseschau.benchmark.settings import TextFields
from presseschau.config import ConfigError

CONFIGS = {
    p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted((ROOT / "configs/model").glob("*.yaml"))
}
HERE = [name for name, config in CONFIGS.items() if config["kind"] not in ("embeddings", "transformer", "zero_shot")]
WORDS = {
    "hardware": "Grafikkarte Prozessor Mainboard Arbeitsspeicher SSD",
    "ai": "Sprachmodell KI-Modell Chatbot ChatGPT neuronales",
    "security": "Sicherheitslücke Angreifer Schadsoftware Phishing Patch",
}


def corpus(task: str = "topic", size: int = 45) -> Corpus:
    labels = tuple(WORDS) if task == "topic" else ("favor", "against", "neutral")
    y = np.arange(size) % 3
    names = list(WORDS)
    table = pa.table(
        {
            "id": [f"{i:016x}" for i in range(size)],
            "title": [f"{WORDS[names[k]].split()[i % 5]} im Blick" for i, k in enumerate(y)],
            "text": [f"Heute geht es um {WORDS[names[k]]}, Ausgabe {i} der Reihe." for i, k in enumerate(y)],
            "cluster": [f"{i:016x}" for i in range(size)],
            "genre": [("news", "review", "opinion")[k] for k in y],
            "topic": [names[k] for k in y],
            "publisher": [f"{names[k]}.example" for k in y],
            "target": [f"Gerät {k}" for k in y],
        }
    )
    return Corpus(table, labels, y, {"train": np.arange(30), "test": np.arange(30, size)}, task)


def part(whole: Corpus, split: str) -> Examples:
    return whole.examples(whole.splits[split], TextFields())


def fitted(name: str, task: str = "topic", seed: int = 0, **options: Any):
    model, whole = model_from(CONFIGS[name] | options, workers=1), corpus(task)
    model.fit(part(whole, "train"), part(whole, "test"), seed)
    return model, part(whole, "test")


@pytest.mark.parametrize("name", HERE)
def test_probabilities_sum_to_one_and_the_label_is_the_most_probable(name: str) -> None:
    model, test = fitted(name)
    sure = model.predict_proba(test)
    assert sure.shape == (15, 3)
    assert np.allclose(sure.sum(axis=1), 1)
    assert (sure >= 0).all()
    assert (chosen(model.predict_proba(test)) == sure.argmax(axis=1)).all()
    assert np.array_equal(sure, model.predict_proba(test))
    assert model.nbytes >= 0


@pytest.mark.parametrize("name", [n for n in HERE if n.startswith(("tfidf", "complement", "multinomial", "keywords"))])
def test_models_that_read_learn_what_is_there(name: str) -> None:
    model, test = fitted(name)
    assert (chosen(model.predict_proba(test)) == test.y).mean() > 0.9


@pytest.mark.parametrize("name", [n for n in HERE if CONFIGS[n]["kind"] != "probe"])
def test_models_read_title_and_text_only(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    values = Corpus.values

    def spy(self: Corpus, column: str, rows: Any) -> list[Any]:
        read.add(column)
        return values(self, column, rows)

    monkeypatch.setattr(Corpus, "values", spy)
    model, test = fitted(name)
    model.predict_proba(test)
    assert read <= {"id", "title", "text"}


def test_stance_is_read_with_its_target() -> None:
    whole = corpus("stance")
    assert next(part(whole, "train").texts()).startswith("Gerät 0\n\nGrafikkarte")
    assert next(part(corpus(), "train").texts()).startswith("Grafikkarte")


def test_fields_and_truncation_come_from_the_config() -> None:
    whole = corpus()
    rows = whole.splits["train"][:1]
    assert next(whole.examples(rows, TextFields(fields=("text",))).texts()).startswith("Heute")
    assert next(whole.examples(rows, TextFields(max_chars=7)).texts()) == "Grafikk"


def test_a_random_model_depends_on_its_seed_and_on_nothing_else() -> None:
    model, test = fitted("stratified", seed=1)
    same, other = fitted("stratified", seed=1)[0], fitted("stratified", seed=2)[0]
    assert np.array_equal(chosen(model.predict_proba(test)), chosen(same.predict_proba(test)))
    assert not np.array_equal(chosen(model.predict_proba(test)), chosen(other.predict_proba(test)))
    alone = test.only(test.rows[3:4])
    assert chosen(model.predict_proba(alone))[0] == chosen(model.predict_proba(test))[3]


def test_a_probe_knows_its_column_only() -> None:
    model, test = fitted("publisher_only")
    assert (chosen(model.predict_proba(test)) == test.y).all()
    with pytest.raises(ConfigError, match=r"model.column=topic is the label itself"):
        fitted("publisher_only", column="topic")
    without = corpus()
    without = Corpus(without.table.drop_columns(["publisher"]), without.labels, without.y, without.splits, "topic")
    with pytest.raises(ConfigError, match="is no column of this dataset"):
        model_from(CONFIGS["publisher_only"], 1).fit(part(without, "train"), None, 0)


@pytest.mark.parametrize("calibration", ["temperature", "sigmoid"])
def test_an_svm_is_surer_where_it_is_right(calibration: str) -> None:
    model, test = fitted("tfidf_word_svm", calibration=calibration)
    assert model.predict_proba(test).max(axis=1).mean() > 0.5


def test_the_labeler_takes_only_its_own_labels() -> None:
    whole = corpus()
    foreign = Corpus(whole.table, ("sport", "ai", "security"), whole.y, whole.splits, "topic")
    with pytest.raises(ConfigError, match="has no 'sport'"):
        model_from(CONFIGS["keywords"], 1).fit(part(foreign, "train"), None, 0)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kind": "tfdf"}, "model.kind=tfdf is not known: did you mean tfidf"),
        ({"kind": "tfidf", "word": {"ngrams": [2, 1]}}, "ngrams=[2, 1] must be two rising numbers"),
        ({"kind": "tfidf", "word": {"max_df": 2.5}}, "max_df=2.5 is a share with its decimal point: at most 1.0"),
        ({"kind": "tfidf"}, "needs word or char features"),
        ({"kind": "tfidf", "word": {}, "C": -1}, "C=-1.0 must be above 0"),
        ({"kind": "tfidf", "word": {}, "C": float("nan")}, "C=nan must be above 0"),
        ({"kind": "naive_bayes", "alpha": 0}, "alpha=0.0 must be above 0"),
        ({"kind": "majority", "C": 1}, "unknown option model.C"),
        ({"kind": "embeddings"}, "model.path is missing"),
    ],
)
def test_a_config_that_can_not_be(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        model_from(config, 1)
    assert message in str(error.value)


@pytest.mark.parametrize(("name", "module"), [("embeddings", "model2vec"), ("transformer", "torch")])
def test_a_model_whose_extra_is_not_there_names_it(name: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    extra = {"embeddings": "embeddings", "transformer": "transformers"}[name]
    with pytest.raises(ConfigError, match=rf"pip install 'presseschau\[{extra}\]'"):
        fitted(name, path="/no/model")


def test_every_kind_has_a_config_and_every_config_a_name() -> None:
    assert {c["kind"] for c in CONFIGS.values()} == set(KINDS)
    assert all(c["name"] == stem for stem, c in CONFIGS.items())
    for config in CONFIGS.values():
        for option, values in (config.get("space") or {}).items():
            assert config[option] in values


def words(text: str) -> Iterator[str]:
    return iter(text.split())


def test_masking_takes_out_the_labelers_words_and_leaves_the_others() -> None:
    text = "Die Sicherheitslücken in der Größe eines Scheunentors nutzte niemand, sagt der Bericht."
    masked = masker("topic")(text)
    assert "Sicherheitsl" not in masked
    assert "cken" not in masked
    assert all(word in masked for word in ("Scheunentors", "Größe", "niemand"))
    praise = masker("stance")("Das Gerät ist großartig und kommt im Mai.")
    assert "großartig" not in praise
    assert "Gerät" in praise
    assert masker("topic")("") == ""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A BERT with random weights and a vocabulary of its own."""
    transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
    pytest.importorskip("torch", reason="needs the extra transformers")
    tokens = sorted({w.lower() for t in corpus().table.column("text").to_pylist() for w in words(t)})
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *tokens]), "utf-8")
    transformers.BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    transformers.set_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(tokens) + 5, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=40,
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    return tmp_path


def test_a_tiny_transformer_from_end_to_end(tiny: Path) -> None:
    model, test = fitted("transformer", path=str(tiny), epochs=12, patience=12, learning_rate=0.01, batch_size=6)
    sure = model.predict_proba(test)
    assert sure.shape == (15, 3)
    assert np.allclose(sure.sum(axis=1), 1, atol=1e-5)
    assert (chosen(model.predict_proba(test)) == test.y).mean() > 0.5


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_a_transformer_that_learns_nothing_stops_early(tiny: Path, class_weight: str | None) -> None:
    options = {"path": str(tiny), "epochs": 30, "patience": 1, "batch_size": 30, "class_weight": class_weight}
    model, _ = fitted("transformer", learning_rate=3.0, **options)
    assert 1 <= model.spent["epochs"] < 30
    whole = corpus()
    alone = model_from(CONFIGS["transformer"] | options | {"epochs": 2}, workers=1)
    alone.fit(part(whole, "train"), None, 0)
    assert alone.spent["epochs"] == 2  # without validation nothing stops it
    test = part(whole, "test")
    first = test.only(test.rows[test.y == 0])
    train = part(whole, "train")
    alone.fit(train.only(train.rows[train.y > 0]), first, 0)
    assert alone.spent["epochs"] == 2  # nor does a validation of labels that train does not have


def test_a_transformer_that_can_not_be_had_is_one_line(tiny: Path) -> None:
    with pytest.raises(ConfigError, match=r"model.path=.*is no model folder here") as error:
        fitted("transformer", path=str(tiny / "nichts"))
    assert "\n" not in str(error.value)


def test_a_transformer_that_was_made_without_padding_takes_its_end_for_it(tiny: Path) -> None:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny)
    tokenizer.pad_token, tokenizer.eos_token = None, "[SEP]"
    tokenizer.save_pretrained(tiny)
    config = transformers.GPT2Config(vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2, n_positions=40)
    transformers.GPT2Model(config).save_pretrained(tiny)
    model, test = fitted("transformer", path=str(tiny), epochs=1, batch_size=6)
    assert model.predict_proba(test).shape == (15, 3)
    tokenizer.eos_token = None
    tokenizer.save_pretrained(tiny)
    with pytest.raises(ConfigError, match="its tokenizer has no pad_token: name one there"):
        fitted("transformer", path=str(tiny), epochs=1)


def test_tiny_embeddings_from_end_to_end(tmp_path: Path) -> None:
    model2vec = pytest.importorskip("model2vec", reason="needs the extra embeddings")
    tokenizers = pytest.importorskip("tokenizers", reason="needs the extra embeddings")
    known = sorted({w.strip(",.") for t in corpus().table.column("text").to_pylist() for w in words(t)})
    places = {word: i for i, word in enumerate(["[UNK]", *known])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(places, "[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(0).normal(size=(len(places), 16)).astype(np.float32)
    model2vec.StaticModel(vectors, tokenizer).save_pretrained(str(tmp_path))
    model, test = fitted("embeddings", path=str(tmp_path))
    assert (chosen(model.predict_proba(test)) == test.y).mean() > 0.9
    assert model.nbytes > vectors.nbytes
    with pytest.raises(ConfigError, match=r"model.path=.*is no model folder here"):
        fitted("embeddings", path=str(tmp_path / "nichts"))
