"""A transformer fine-tuned with early stopping on validation (needs the extra `transformers`)."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from presseschau.annotation.transformer import token_limit
from presseschau.benchmark.data import Examples, Floats, Ints
from presseschau.benchmark.models.model import Model, no_model, spread
from presseschau.config import ConfigError


@dataclass(slots=True)
class Transformer(Model):
    """A sequence classifier of `transformers`, trained by its Trainer; the epoch best on validation is kept.

    Attributes:
        path: Folder of a model, or an id on the Hub.
        revision: Commit, tag or branch of a Hub id.
        epochs: Epochs at most.
        patience: Epochs without a better validation loss before it stops.
        learning_rate: Peak learning rate.
        batch_size: Articles in one step.
        max_tokens: Tokens of the input, counted from its start.
        class_weight: `balanced` weighs labels by their inverse frequency.
    """

    random: ClassVar[bool] = True
    probabilities: ClassVar[str] = "softmax of the last layer"
    path: str
    revision: str | None = None
    epochs: int = 5
    patience: int = 2
    learning_rate: float = 3e-5
    batch_size: int = 16
    max_tokens: int = 512
    class_weight: Literal["balanced"] | None = None
    _tokenizer: Any = field(init=False, default=None)
    _model: Any = field(init=False, default=None)
    _classes: Any = field(init=False, default=None)
    _epochs: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        least = min(self.epochs, self.patience, self.batch_size, self.max_tokens)
        if least < 1 or not 0 < self.learning_rate < float("inf"):
            raise ValueError("epochs, patience, batch_size, max_tokens and learning_rate must be above 0")

    def fit(self, train: Examples, validation: Examples | None, seed: int) -> None:
        """Fine-tunes on train; without validation all epochs are run."""
        transformers = _transformers()
        import torch  # type: ignore[import-not-found]

        transformers.set_seed(seed)
        self._classes = np.unique(train.y)
        self._tokenizer, self._model = self._load(transformers, [train.labels[i] for i in self._classes])
        if validation is not None:  # what train does not have can't be judged by the loss
            validation = validation.only(validation.rows[np.isin(validation.y, self._classes)])
        watched = validation if validation is not None and len(validation) else None
        with tempfile.TemporaryDirectory() as folder:
            arguments = transformers.TrainingArguments(
                folder,
                num_train_epochs=self.epochs,
                learning_rate=self.learning_rate,
                per_device_train_batch_size=self.batch_size,
                per_device_eval_batch_size=self.batch_size,
                eval_strategy="no" if watched is None else "epoch",
                save_strategy="no" if watched is None else "epoch",
                load_best_model_at_end=watched is not None,
                metric_for_best_model=None if watched is None else "eval_loss",
                greater_is_better=None if watched is None else False,
                save_total_limit=1,
                seed=seed,
                report_to=[],
                dataloader_pin_memory=torch.cuda.is_available(),
                disable_tqdm=True,
                logging_strategy="no",
            )
            trainer = transformers.Trainer(
                self._model,
                arguments,
                train_dataset=list(self._encoded(train)),
                eval_dataset=None if watched is None else list(self._encoded(watched)),
                data_collator=transformers.DataCollatorWithPadding(self._tokenizer),
                callbacks=[] if watched is None else [transformers.EarlyStoppingCallback(self.patience)],
                compute_loss_func=self._loss(train.y),
            )
            trainer.remove_callback(transformers.PrinterCallback)
            trainer.train()
            self._model, self._epochs = trainer.model, trainer.state.epoch

    def _loss(self, y: Ints) -> Callable[..., Any] | None:
        """Cross-entropy with weights for the classes, None for the model's own."""
        if self.class_weight is None:
            return None
        import torch

        sizes = np.array([(y == label).sum() for label in self._classes])
        weights = torch.tensor(len(y) / (len(sizes) * sizes), dtype=self._model.dtype)

        def loss(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:  # noqa: ARG001 the Trainer's signature
            return torch.nn.functional.cross_entropy(outputs["logits"], labels, weights.to(labels.device))

        return loss

    def predict_proba(self, examples: Examples) -> Floats:
        """Probability of each label, in batches."""
        import torch

        self._model.eval()
        rows: list[Floats] = []
        batch: list[str] = []
        with torch.no_grad():
            for i, text in enumerate(examples.texts(), start=1):
                batch.append(text)
                if len(batch) == self.batch_size or i == len(examples):
                    encoded = self._tokenizer(
                        batch, truncation=True, max_length=self._limit, padding=True, return_tensors="pt"
                    ).to(self._model.device)
                    rows.append(self._model(**encoded).logits.softmax(-1).double().cpu().numpy())
                    batch = []
        return spread(np.concatenate(rows), self._classes, len(examples.labels))

    @property
    def spent(self) -> dict[str, Any]:
        """Epochs until it stopped."""
        return {"epochs": self._epochs}

    @property
    def _limit(self) -> int:
        return token_limit(self._model, self._tokenizer, self.max_tokens)

    def _encoded(self, examples: Examples) -> Iterator[dict[str, Any]]:
        place = {int(label): i for i, label in enumerate(self._classes)}
        for text, label in zip(examples.texts(), examples.y, strict=True):
            row = self._tokenizer(text, truncation=True, max_length=self._limit)
            yield {**row, "labels": place[int(label)]}

    def _load(self, transformers: Any, labels: list[str]) -> tuple[Any, Any]:
        names = {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
        # Retries say the same ten times before the error does
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(self.path, revision=self.revision)
            model = transformers.AutoModelForSequenceClassification.from_pretrained(
                self.path, revision=self.revision, num_labels=len(labels), ignore_mismatched_sizes=True, **names
            )
        except (OSError, ValueError) as error:
            raise no_model(self.path, error) from error
        if tokenizer.pad_token is None:  # GPT-2 and its like were trained without
            if tokenizer.eos_token is None:
                raise ConfigError(f"model.path={self.path}: its tokenizer has no pad_token: name one there")
            tokenizer.pad_token = tokenizer.eos_token
        if model.config.pad_token_id is None:
            model.config.pad_token_id = tokenizer.pad_token_id
        return tokenizer, model

    @property
    def nbytes(self) -> int:
        """All parameters."""
        return sum(p.numel() * p.element_size() for p in self._model.parameters()) if self._model is not None else 0


def _transformers() -> Any:
    try:
        import torch  # noqa: F401 the Trainer needs it, and says so less clearly
        import transformers  # type: ignore[import-not-found]
    except ImportError:
        raise ConfigError("model=transformer needs an extra: pip install 'presseschau[transformers]'") from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers
