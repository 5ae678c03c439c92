"""A sequence classifier of `transformers` in a local folder as an annotator; nothing is downloaded.

Every article is read alone and without padding, on one core: what its neighbours in a batch are, and how many cores
there are, would change the last digits of a score. Several articles are read at once instead. Every answer is kept on
disk by model and text, so the same build again reads nothing.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import orjson

from presseschau.document import Document
from presseschau.label.calibrate import Calibration
from presseschau.label.logistic import log_odds
from presseschau.label.scheme import Scheme, Task
from presseschau.stable import cores, rounded, sha256

_MODEL_FILES = (".json", ".txt", ".model", ".safetensors", ".bin")
_WEIGHTS = (".safetensors", ".bin")
_KEPT_EVERY = 64  # answers; a kill loses no more


@dataclass(frozen=True, slots=True)
class Transformer:
    """What the config says about the model.

    Attributes:
        path: Its folder: `config.json`, tokenizer, weights; None for no model.
        task: What it labels; its class names are keys or display names of this task's classes.
        max_tokens: Of title and text, from the start; the rest is background.
        device: `cpu`, or one of torch's other devices, whose scores may differ in the last digits.
        cache_dir: Where answers are kept.
    """

    path: Path | None = None
    task: Literal["topic", "genre", "stance"] = "topic"
    max_tokens: int = 512
    device: str = "cpu"
    cache_dir: Path = Path("data/transformer")

    def __post_init__(self) -> None:
        """Checks the range."""
        if self.max_tokens < 8:
            raise ValueError(f"max_tokens={self.max_tokens} must be at least 8")


@dataclass(frozen=True, slots=True)
class Answer:
    """The class that the model gives an article, and its softmax or what the calibration makes of that, 0 to 1."""

    label: str
    confidence: float


@dataclass(slots=True)
class Classifier:
    """A model whose classes are known to fit the scheme; its weights are read when the first article needs them.

    Attributes:
        config: The model's folder and options.
        folder: The folder.
        digest: sha256 over the model's files.
        classes: The scheme's key for each class name of the model.
        calibration: From the softmax to a probability, where one was fitted for this very model.
    """

    config: Transformer
    folder: Path
    digest: str
    classes: Mapping[str, str]
    calibration: Calibration | None = None
    _loaded: Any = field(default=None, repr=False)

    @classmethod
    def open(cls, config: Transformer, scheme: Scheme, calibrations: Mapping[str, Calibration]) -> Classifier | None:
        """Checks the folder and the names of the classes; None where the config names no model.

        Raises:
            ValueError: There is no model, it has no class names or others than the scheme, or the extra is missing.
        """
        if config.path is None:
            return None
        where = f"label.transformer={config.path}"
        files = sorted(p for p in config.path.glob("*") if p.suffix in _MODEL_FILES) if config.path.is_dir() else []
        if not any(p.name == "config.json" for p in files) or not any(p.suffix in _WEIGHTS for p in files):
            raise ValueError(f"{where}: no folder of a model, with config.json and weights; nothing is downloaded")
        classes = _classes(where, config.path / "config.json", getattr(scheme, config.task))
        for name in ("torch", "transformers"):
            if importlib.util.find_spec(name) is None:
                raise ValueError(f"label.transformer needs {name}: pip install 'presseschau[transformers]'")
        digest = sha256("".join(f"{p.name}\0{_file_sha256(p)}\n" for p in files))
        made = cls(config, config.path, digest, classes)
        made.calibration = calibrations.get(made.labeler)
        return made

    @property
    def labeler(self) -> str:
        """Name and version as in the column `labeler`: `transformer/NAME/DIGEST`."""
        return f"transformer/{self.folder.resolve().name}/{self.digest[:8]}"

    @property
    def state(self) -> dict[str, str]:
        """What its answers rest on besides the text."""
        versions = {name: importlib.metadata.version(name) for name in ("torch", "transformers")}
        options = {"max_tokens": str(self.config.max_tokens), "device": self.config.device}
        return {"model": self.digest, **options, **versions}

    def answers(self, documents: Iterable[Document]) -> Iterator[Answer]:
        """One answer for each article, in order, from the cache or the model."""
        with closing(_open_cache(self.config.cache_dir)) as cache:
            rest = iter(documents)
            while some := list(islice(rest, _KEPT_EVERY)):
                texts = [_text_of(document) for document in some]
                keys = [sha256(orjson.dumps([self.state, text], option=orjson.OPT_SORT_KEYS)) for text in texts]
                found = _kept(cache, keys)
                missing = [i for i, key in enumerate(keys) if key not in found]
                new = {keys[i]: said for i, said in zip(missing, self._read([texts[i] for i in missing]), strict=True)}
                _keep(cache, new)
                for key in keys:
                    name, score = (found | new)[key]
                    yield Answer(self.classes[name], self._confidence(score))

    def _confidence(self, score: float) -> float:
        return rounded(score if self.calibration is None else self.calibration.probability(score_features(score)))

    def _read(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The model's class name and softmax for each text."""
        if not texts:
            return []
        tokenizer, model = self._model()
        limit = token_limit(model, tokenizer, self.config.max_tokens)
        # The tokenizer is not made for threads; the model is.
        encoded = [tokenizer(text, truncation=True, max_length=limit, return_tensors="pt") for text in texts]
        with ThreadPoolExecutor(cores(), initializer=_use_one_core) as pool:
            return list(pool.map(lambda row: _forward(model, row.to(self.config.device)), encoded))

    def _model(self) -> tuple[Any, Any]:
        if self._loaded is None:
            import transformers  # type: ignore[import-not-found,unused-ignore]

            transformers.utils.logging.set_verbosity_error()
            transformers.utils.logging.disable_progress_bar()
            try:
                tokenizer = transformers.AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
                kind = transformers.AutoModelForSequenceClassification
                model = kind.from_pretrained(self.folder, local_files_only=True).to(self.config.device).eval()
            except (OSError, ValueError, RuntimeError) as error:
                reason = " ".join(str(error).split())[:160]
                raise RuntimeError(f"label.transformer={self.folder} can't be read ({reason})") from error
            self._loaded = (tokenizer, model)
        return self._loaded  # type: ignore[no-any-return]


def token_limit(model: Any, tokenizer: Any, most: int) -> int:
    """Tokens of a text that a model reads: so many at most, and no more than it has positions for."""
    positions = getattr(model.config, "max_position_embeddings", None) or -1
    # RoBERTa counts positions from the padding index on, so its last two are not for text; XLNet has -1: no end
    return int(min(most, tokenizer.model_max_length, positions - 2 if positions > 0 else most))


def score_features(score: float) -> dict[str, float]:
    """The feature that a calibration of a model's softmax rests on: its log-odds (Platt scaling).

    >>> score_features(0.5)
    {'logit': 0.0}
    """
    return {"logit": log_odds(score)}


def relabelled(row: Mapping[str, Any], answer: Answer, classifier: Classifier) -> dict[str, Any]:
    """The rules' label row with the model's label; a stance only where the rules have a target for it.

    Args:
        row: The columns of `pipeline.pages.LABEL_SCHEMA`.
        answer: What the model says about that article.
        classifier: The model.
    """
    task = classifier.config.task
    if task == "stance" and row["stance_target"] is None:
        return dict(row)
    own: dict[str, Any] = {task: answer.label, f"{task}_confidence": answer.confidence}
    if task == "topic":
        own |= {"topic_secondary": None, "topic_source": "model"}  # the rules' second topic goes with their first
    if task == "stance":
        evidence = row["stance_evidence"] if answer.label == row["stance"] else []
        own |= {"stance_source": "model", "stance_evidence": evidence}
    return {**row, **own, "labeler": f"{row['labeler']}+{classifier.labeler}"}


def _classes(where: str, config: Path, task: Task) -> dict[str, str]:
    """The scheme's key for each class name of a model's config."""
    try:
        names = [str(name) for name in orjson.loads(config.read_bytes())["id2label"].values()]
    except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError):
        raise ValueError(f"{where}: its config.json names no classes (id2label)") from None
    known = {name: c.key for c in task.classes for name in (c.key, c.name, c.key.lower(), c.name.lower())}
    found = {name: known.get(name) or known.get(name.lower()) for name in names}
    if odd := [name for name, key in found.items() if key is None]:
        raise ValueError(f"{where}: its class {odd[0]!r} is no {task.name} of the scheme ({', '.join(task.keys)})")
    keys = {name: key for name, key in found.items() if key is not None}
    if len(set(keys.values())) < len(names):
        raise ValueError(f"{where}: two of its classes are the same {task.name} of the scheme")
    return keys


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text_of(document: Document) -> str:
    """Title and text, as `benchmark.data` gives them to a model that is trained there."""
    return "\n\n".join(part for part in (document.title, document.text) if part)


def _use_one_core() -> None:
    import torch  # type: ignore[import-not-found,unused-ignore]

    torch.set_num_threads(1)  # holds for the thread that says so


def _forward(model: Any, row: Any) -> tuple[str, float]:
    import torch

    with torch.inference_mode():
        scores = model(**row).logits[0].double().softmax(-1)
    best = int(scores.argmax())
    return str(model.config.id2label[best]), rounded(float(scores[best]))


def _open_cache(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    cache = sqlite3.connect(folder / "answers.sqlite", timeout=60)
    cache.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, label TEXT, score REAL) WITHOUT ROWID")
    return cache


def _kept(cache: sqlite3.Connection, keys: Sequence[str]) -> dict[str, tuple[str, float]]:
    places = ", ".join("?" * len(keys))
    rows = cache.execute(f"SELECT key, label, score FROM answers WHERE key IN ({places})", keys)  # noqa: S608
    return {key: (label, score) for key, label, score in rows}


def _keep(cache: sqlite3.Connection, new: Mapping[str, tuple[str, float]]) -> None:
    if new:
        with cache:
            cache.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", [(k, *v) for k, v in new.items()])
