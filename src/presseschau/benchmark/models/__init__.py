"""The models, one file each. A model is a dataclass whose fields are its config; the registry names them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presseschau.benchmark.models.embeddings import Embeddings
from presseschau.benchmark.models.keywords import Keywords
from presseschau.benchmark.models.majority import Majority
from presseschau.benchmark.models.model import Model
from presseschau.benchmark.models.naive_bayes import NaiveBayes
from presseschau.benchmark.models.probe import Probe
from presseschau.benchmark.models.stratified import Stratified
from presseschau.benchmark.models.tfidf import TfidfLinear
from presseschau.benchmark.models.transformer import Transformer
from presseschau.benchmark.models.zero_shot import ZeroShot
from presseschau.config import ConfigError, build, nearest

__all__ = ["KINDS", "Model", "model_from"]

KINDS: Mapping[str, type[Model]] = {
    "majority": Majority,
    "stratified": Stratified,
    "keywords": Keywords,
    "probe": Probe,
    "naive_bayes": NaiveBayes,
    "tfidf": TfidfLinear,
    "embeddings": Embeddings,
    "transformer": Transformer,
    "zero_shot": ZeroShot,
}


def model_from(config: Mapping[str, Any], workers: int) -> Model:
    """An unfitted model from its config; `kind` names the class, `name` and `space` are not its own.

    Raises:
        ConfigError: For an unknown kind or option, or a value out of range.
    """
    kind = str(config["kind"])
    if kind not in KINDS:
        raise ConfigError(f"model.kind={kind} is not known: {nearest(kind, KINDS)}")
    own = {key: value for key, value in config.items() if key not in ("kind", "name", "space")}
    model = build(KINDS[kind], own, "model")
    model.workers = workers
    return model
