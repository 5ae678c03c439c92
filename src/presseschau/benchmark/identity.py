"""What a run is known by: config, data, code and the files of its model. The same four give the same results."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from presseschau.benchmark.labelled import digest
from presseschau.benchmark.models.keywords import scheme_of
from presseschau.benchmark.settings import Settings
from presseschau.stable import sha256

# Of an endpoint: where it is and how it is asked, not what
_PRACTICAL = {
    "enabled", "base_url", "key_env", "cache_dir", "concurrency", "timeout", "attempts", "backoff", "price_input",
    "price_output", "chars_per_token",
}  # fmt: skip
_CODE = ("benchmark", "label", "annotation/llm")
_SHOWN = {"leaderboard.py", "tables.py", "plots.py", "page.py", "compare.py"}  # what only shows results


def key_of(settings: Settings, protocol: str, digests: Mapping[str, str]) -> str:
    """12 hex digits over all that decides a run's results."""
    parts = (config_of(settings, protocol), sorted(digests.items()))
    return sha256(repr(parts))[:12]


def config_of(settings: Settings, protocol: str) -> dict[str, Any]:
    """What decides a run's results, as plain data: no folders, no workers, nothing about how it is shown."""
    model = dict(settings.model)
    if isinstance(model.get("llm"), Mapping):
        model["llm"] = {key: value for key, value in model["llm"].items() if key not in _PRACTICAL}
    return {
        "model": _plain(model),
        "model_files_sha256": _files(settings.model),
        "code_sha256": _code(),
        "task": settings.task,
        "protocol": protocol,
        "folds": settings.folds if protocol == "cv" else None,
        "text": {"fields": list(settings.text.fields), "max_chars": settings.text.max_chars},
        "seed": settings.seed,
        "seeds": settings.seeds,
        "search": settings.search,
        "budget": settings.budget if settings.search != "none" else None,
        "learning_curve": list(settings.learning_curve),
        "masked": settings.masked,
        "unseen": settings.dataset.unseen,
        "missing": settings.dataset.missing,
        "bootstrap": settings.uncertainty.bootstrap,
        "confidence": settings.uncertainty.confidence,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(value[k]) for k in sorted(value)}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return Path(value).name if isinstance(value, str) and os.path.isabs(value) else value  # noqa: PTH117 a str test


@cache
def _code() -> str:
    """Digest of the code that results come from, so that a change of it is another run: ours and the labelers'."""
    package = Path(__file__).parents[1]
    files = [f for folder in _CODE for f in sorted((package / folder).rglob("*")) if f.is_file()]
    read = [f for f in files if f.suffix in (".py", ".yaml", ".json") and f.name not in _SHOWN]
    return sha256("\n".join(sha256(f.read_bytes()) for f in read))


def _files(model: Mapping[str, Any]) -> str | None:
    """Digest of the files that a model's config names: a local model, a label scheme; None where there are none."""
    paths = [Path(str(model[key])) for key in ("path", "scheme") if model.get(key)]
    if model.get("scheme"):
        scheme = scheme_of(paths[-1])
        paths += [task.lexicon for task in (scheme.topic, scheme.genre) if task.lexicon is not None]
    files = [f for path in paths if path.exists() for f in ([path] if path.is_file() else sorted(path.rglob("*")))]
    digests = [digest(f) for f in files if f.is_file()]
    return sha256("\n".join(digests)) if digests else None
