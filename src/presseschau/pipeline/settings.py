"""A whole build's config as checked, frozen dataclasses, one a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, get_type_hints

from presseschau.annotation.transformer import Transformer
from presseschau.config import ConfigError, build, convert, nearest, said
from presseschau.dedup import Dedup
from presseschau.engine import Dask, Engine, Local
from presseschau.extract import Extractor
from presseschau.filter import Filter
from presseschau.label import Labeler, load_scheme
from presseschau.masking import Masking
from presseschau.pipeline.contents import digest_of
from presseschau.pipeline.groups import Publish, Rights, Source, Work
from presseschau.publish.card import DatasetInfo
from presseschau.schema import LabelNames
from presseschau.split import Benchmark, Publisher, Random, Temporal


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole build's config: a field for each of its groups, for each of `_INSIDE`, and how the manifest shows it."""

    source: Source
    output: Path
    dataset: DatasetInfo
    seed: int
    extract: Extractor
    filter: Filter
    mask: Masking
    dedup: Dedup
    label: Labeler
    split: Random | Temporal | Publisher | Benchmark
    rights: Rights
    publish: Publish
    pipeline: Work
    engine: Engine = field(default_factory=Local)
    keep_topics: tuple[str, ...] = ()
    takedown: Path | None = None
    lock: Path | None = None
    human: Path | None = None
    llm: Path | None = None
    corrections: Path | None = None
    targets: Path | None = None
    transformer: Transformer = field(default_factory=Transformer)
    shown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> LabelNames:
        """Class names of the label scheme."""
        scheme = load_scheme(self.label.scheme)
        return LabelNames(scheme.topic.keys, scheme.genre.keys, scheme.stance.keys)


_ENGINES: Mapping[str, type[Any]] = {"local": Local, "dask": Dask}
_SPLITS: Mapping[str, type[Any]] = {c.strategy: c for c in (Benchmark, Random, Temporal, Publisher)}
# The fields of `Settings` that are options inside a group; all others but `shown` are at the config's top.
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "keep_topics": ("label", "keep"),
    "human": ("label", "human"),
    "llm": ("label", "llm"),
    "corrections": ("label", "corrections"),
    "targets": ("label", "stance", "targets"),
    "transformer": ("label", "transformer"),
    "lock": ("split", "lock"),
}
_GROUPS = {f.name for f in fields(Settings)} - {*_INSIDE, "shown"}
# Where a build runs and where things lie changes nothing in it, so the manifest leaves it out.
PRIVATE = ("engine", "output", "pipeline")
_WHERE = ("path", "base_url", "http")
# Options that name files, and this folder of them; the manifest has the digest of what is in them.
FILES = frozenset(
    {
        ("source", "publisher_list"),
        ("publish", "card"),
        ("label", "scheme"),
        ("label", "calibration"),
        *(_INSIDE[name] for name in ("human", "llm", "corrections", "targets", "lock")),
        ("takedown",),
        ("rights", "snapshots"),
    }
)
_STANCE: Mapping[str, Any] = {"enabled": True, "targets": None}


def settings_from(config: Mapping[str, Any]) -> Settings:
    """The settings from the composed config, a plain mapping with one key a config group.

    Raises:
        ConfigError: An option is unknown, of the wrong type or out of range.
    """
    groups: dict[str, Any] = {
        key: dict(value) if isinstance(value, Mapping) else value for key, value in config.items()
    }
    for name in groups:
        if name not in _GROUPS:
            raise ConfigError(f"unknown option {name}: {nearest(name, _GROUPS)}")
    for name in ("source", "output", "engine", "label", "split"):
        if not isinstance(groups.get(name), dict):
            raise ConfigError(f"{name}={groups.get(name)} must be a group of options")
    seed = convert(groups.get("seed"), int, "seed")  # before what takes it over
    if seed < 0:
        raise ConfigError(f"seed={seed} must not be negative")
    label = groups["label"]
    label |= {
        "stance": stance_options(label.get("stance", True)),
        "transformer": transformer_options(label.get("transformer")),
    }
    hints = get_type_hints(Settings)
    inside = {}
    for name, (*path, option) in _INSIDE.items():
        group = reduce(getitem, path, groups)
        inside[name] = convert(group.pop(option, None), hints[name], ".".join((*path, option)))
    settings = build(
        Settings,
        {
            **groups,
            **inside,
            "seed": seed,
            "output": convert(groups["output"].get("dir"), Path, "output.dir"),
            "engine": engine_from(groups["engine"]),
            "split": _one_of(_SPLITS, groups["split"], "split", "strategy"),
            "label": labeler_options(label),
        },
        "",
    )
    if settings.output.name in ("", ".."):
        raise ConfigError(f"output.dir={settings.output} has no name of its own: name a folder in it")
    settings.pipeline.check_apart(settings.output)
    return replace(settings, shown=_shown(config, settings.dataset))


def stance_options(value: Any) -> dict[str, Any]:
    """The options of `label.stance`; `label.stance=false` is short for `label.stance.enabled=false`."""
    given = value if isinstance(value, Mapping) else {"enabled": value}
    for key in given:
        if key not in _STANCE:
            raise ConfigError(f"unknown option label.stance.{key}: {nearest(str(key), _STANCE)}")
    return {**_STANCE, **given}


def transformer_options(value: Any) -> dict[str, Any]:
    """The options of `label.transformer`; `label.transformer=PATH` is short for `label.transformer.path=PATH`."""
    return dict(value) if isinstance(value, Mapping) else {"path": value}


def labeler_options(label: Mapping[str, Any]) -> dict[str, Any]:
    """The labeler's fields in the config group `label`, as the command line or a manifest has it."""
    return {**label, "stance": stance_options(label.get("stance", True))["enabled"]}


def engine_from(values: Mapping[str, Any]) -> Engine:
    """Where pages are worked on, from the config group `engine`.

    Raises:
        ConfigError: There is no such engine, or it has no such option.
    """
    engine: Engine = _one_of(_ENGINES, values, "engine", "kind")
    return engine


def _one_of(known: Mapping[str, type[Any]], values: Mapping[str, Any], group: str, key: str) -> Any:
    """The group's dataclass that its key names, from a fixed table: a config never names code to run."""
    options = dict(values)
    name = options.pop(key, None)
    if name not in known:
        raise ConfigError(f"{group}.{key}={name} is not known: {nearest(str(name), known)}")
    return build(known[name], options, group)


def _shown(config: Mapping[str, Any], dataset: DatasetInfo) -> dict[str, Any]:
    """The config for the manifest: a file counts by its content, and where the input lies is left out."""
    groups: dict[str, Any] = {key: value for key, value in config.items() if key not in PRIVATE}
    # The card says these: a name or a creator that looks like a number is text there, too.
    said_of = {**asdict(dataset), "creators": list(dataset.creators)}
    groups["dataset"] = {key: None if value is None else said_of[key] for key, value in groups["dataset"].items()}
    groups["source"] = {key: value for key, value in groups["source"].items() if key not in _WHERE}
    # Which model it is, the manifest's labelers say.
    model = transformer_options(groups["label"].get("transformer"))
    own = {key: value for key, value in model.items() if key not in ("path", "cache_dir")}
    groups["label"] = {**groups["label"], "transformer": own if model.get("path") else None}

    def walk(value: Any, path: tuple[str, ...]) -> Any:
        if path in FILES:
            return None if value is None else _by_content(".".join(path), Path(value))
        return {k: walk(v, (*path, k)) for k, v in value.items()} if isinstance(value, Mapping) else value

    return {group: walk(values, (group,)) for group, values in groups.items()}


def _by_content(option: str, path: Path) -> str:
    try:
        return f"sha256:{digest_of(option, path)}"
    except (OSError, ValueError) as error:
        raise ConfigError(f"{option}={said(error)}") from error
