"""Checks the YAML block of a dataset card against what the Hub knows; its library accepts unknown keys silently."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LISTED = ("annotations_creators", "language_creators", "multilinguality", "size_categories")
_FORMS: Mapping[str, tuple[type, str]] = {
    "text": (str, "text"),
    "list": (list, "a list"),
    "map": (dict, "a mapping"),
    "flag": (bool, "true or false"),
}
_SPLIT = re.compile(r"\w+(\.\w+)*")
_TAG = re.compile(r"[\w+:.-]{1,60}")
_LICENSE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_PARAMETRIC = re.compile(
    r"timestamp\[(s|ms|us|ns)(, tz=[\w/+:-]+)?\]|(time32|time64|duration)\[(s|ms|us|ns)\]|decimal\d*\(\d+, \d+\)"
)


@cache
def vocabulary() -> Mapping[str, Any]:
    """What the Hub knows, from `vocabulary.yaml`."""
    data: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8"))
    data["language"] = data["language"].split()
    return data


def check_license(license_: str, name: str | None = None, link: str | None = None) -> None:
    """Checks a licence before any work is done.

    Args:
        license_: An identifier of the Hub, or `other`.
        name: How an `other` licence is called: lower case, digits, `-`, `.`.
        link: Where its text is: `LICENSE`, `LICENSE.md` or a URL.

    Raises:
        ValueError: The Hub would not understand it; one line that names the option.
    """
    known = vocabulary()["license"]
    if license_ not in known:
        raise ValueError(f"license={license_!r} is no identifier of the Hub: {_nearest(license_, known)}, or `other`")
    if license_ != "other" and (name or link):
        raise ValueError(f"license_name and license_link belong to license=other, not to {license_}")
    if name and not _LICENSE_NAME.fullmatch(name):
        raise ValueError(f"license_name={name!r} must be lower case letters, digits, '-', '.' and '_'")
    if link and not _is_link(link):
        raise ValueError(f"license_link={link!r} must be LICENSE, LICENSE.md or an https URL")


def check_languages(codes: Iterable[str]) -> None:
    """Checks the languages that a dataset is to have before any work is done.

    Raises:
        ValueError: The Hub does not know one.
    """
    known = vocabulary()["language"]
    for code in codes:
        if code not in known:
            raise ValueError(f"filter.languages names {code!r}, which is no ISO code such as de")


def lint(front: Mapping[str, Any], files: Iterable[str] | None = None) -> list[str]:
    """What the Hub would not understand in a card's YAML block, one line each; empty where all is well.

    Args:
        front: The block.
        files: Paths of the dataset's data files, to see that every pattern finds one; None skips that.
    """
    known = vocabulary()
    paths = None if files is None else list(files)
    problems = [*_shape("", front, known["keys"])]
    if problems:
        return problems
    for key in _LISTED:
        problems += _values(key, front[key], known[key])
    problems += _values("language", front["language"], known["language"])
    problems += [*_license(front), *_tasks(front), *_sources(front["source_datasets"]), *_tags(front.get("tags", []))]
    problems += _multilingual(front)
    return [*problems, *_configs(front, paths), *_infos(front)]


def check(front: Mapping[str, Any], files: Iterable[str] | None = None) -> None:
    """Raises ValueError with the first problem that `lint` finds, and says how many there are."""
    problems = lint(front, files)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ValueError(f"the card's YAML: {problems[0]}{more}")


def _nearest(value: str, known: Sequence[str]) -> str:
    by_lower = {name.lower(): name for name in known}
    exact = by_lower.get(value.lower())
    close = [exact] if exact else [by_lower[n] for n in difflib.get_close_matches(value.lower(), by_lower, 3, 0.5)]
    return f"did you mean {' or '.join(close)}" if close else f"use one of {', '.join(known[:6])} …"


def _is_link(link: str) -> bool:
    return link in ("LICENSE", "LICENSE.md") or re.fullmatch(r"https://[^\s/]+\.[^\s]+", link) is not None


def _shape(where: str, front: Mapping[str, Any], keys: Mapping[str, str]) -> Iterator[str]:
    for key, value in front.items():
        if key not in keys:
            yield f"{where}{key} is no key of the Hub: {_nearest(str(key), list(keys))}"
            continue
        form, name = _FORMS[keys[key].lstrip("!")]
        if not isinstance(value, form) or value in ("", [], {}):
            yield f"{where}{key} must be {name} that is not empty, not {value!r}"
    yield from (f"{where}{key} is missing" for key, form in keys.items() if form.startswith("!") and key not in front)


def _values(key: str, values: Iterable[Any], known: Sequence[str]) -> Iterator[str]:
    seen = set()
    for value in values:
        if value not in known:
            yield f"{key}: {value!r} is not known to the Hub: {_nearest(str(value), known)}"
        elif value in seen:
            yield f"{key}: {value!r} stands there twice"
        seen.add(value)


def _license(front: Mapping[str, Any]) -> Iterator[str]:
    name, link = front.get("license_name"), front.get("license_link")
    try:
        check_license(front["license"], name, link)
    except ValueError as error:
        yield str(error)
    if front["license"] == "other" and not (name and link):
        yield "license: other needs license_name and license_link"


def _tasks(front: Mapping[str, Any]) -> Iterator[str]:
    known = vocabulary()["tasks"]
    yield from _values("task_categories", front["task_categories"], list(known))
    possible = [task for category in front["task_categories"] for task in known.get(category, ())]
    yield from _values("task_ids", front.get("task_ids", ()), possible or ["(none)"])


def _sources(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if value not in vocabulary()["source_datasets"] and not re.fullmatch(
            r"(extended\|)?[\w.-]+(/[\w.-]+)?", str(value)
        ):
            yield f"source_datasets: {value!r} must be original, extended or the name of a dataset"


def _tags(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str) or not _TAG.fullmatch(value):
            yield f"tags: {value!r} must be a short word without spaces"


def _multilingual(front: Mapping[str, Any]) -> Iterator[str]:
    said, count = front["multilinguality"], len(front["language"])
    if (said == ["monolingual"] and count > 1) or (said == ["multilingual"] and count == 1):
        yield f"multilinguality: {said[0]} does not fit {count} language{'s' if count > 1 else ''}"


def _configs(front: Mapping[str, Any], paths: Sequence[str] | None) -> Iterator[str]:
    names = [config.get("config_name") for config in front["configs"]]
    if len(set(names)) != len(names):
        yield "configs: a config_name stands there twice"
    if sum(bool(config.get("default")) for config in front["configs"]) > 1:
        yield "configs: more than one is the default"
    for config in front["configs"]:
        where = f"configs/{config.get('config_name')}"
        for key in config:
            if key not in vocabulary()["config_keys"]:
                yield f"{where}: {key} is no option: {_nearest(str(key), vocabulary()['config_keys'])}"
        if not isinstance(config.get("config_name"), str) or not config.get("data_files"):
            yield f"{where}: needs config_name and data_files"
            continue
        for entry in config["data_files"]:
            yield from _data_files(where, entry, paths)
        for condition in config.get("filters", ()):
            if (
                not isinstance(condition, list)
                or len(condition) != 3
                or condition[1] not in (">=", ">", "<=", "<", "==", "in")
            ):
                # `!=` with null drops every row, so it is not let through.
                yield f"{where}: filter {condition!r} must be [column, operator, value]"


def _data_files(where: str, entry: Any, paths: Sequence[str] | None) -> Iterator[str]:
    if not isinstance(entry, dict) or set(entry) != {"split", "path"}:
        yield f"{where}: data_files must be a list of split and path, not {entry!r}"
    elif not _SPLIT.fullmatch(str(entry["split"])):
        yield f"{where}: {entry['split']!r} is no name for a split"
    elif paths is not None:
        patterns = entry["path"] if isinstance(entry["path"], list) else [entry["path"]]
        for pattern in patterns:
            expression = re.compile(re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*"))
            if not any(expression.fullmatch(path) for path in paths):
                yield f"{where}: {pattern} finds no file"


def _infos(front: Mapping[str, Any]) -> Iterator[str]:
    names = [config.get("config_name") for config in front["configs"]]
    if [info.get("config_name") for info in front["dataset_info"]] != names:
        yield "dataset_info: must have one entry for every config, in the same order"
    for config, info in zip(front["configs"], front["dataset_info"], strict=False):
        where = f"dataset_info/{info.get('config_name')}"
        for key in info:
            if key not in vocabulary()["info_keys"]:
                yield f"{where}: {key} is no key: {_nearest(str(key), vocabulary()['info_keys'])}"
        yield from _features(where, info.get("features", ()))
        features = [feature.get("name") for feature in info.get("features", ())]
        if config.get("columns") and sorted(config["columns"]) != sorted(features):
            yield f"{where}: features are not the columns of the config"
        splits = info.get("splits", ())
        for split in splits:
            if set(split) != set(vocabulary()["split_keys"]) or not all(
                isinstance(split[key], int) and split[key] >= 0 for key in ("num_bytes", "num_examples")
            ):
                yield f"{where}: split {split!r} must have name, num_bytes and num_examples"
        listed = [
            entry["split"] for entry in config.get("data_files", ()) if isinstance(entry, dict) and "split" in entry
        ]
        if [split.get("name") for split in splits] != listed:
            yield f"{where}: splits are not those of the config's data_files"
        for key, total in (("download_size", None), ("dataset_size", sum(s.get("num_bytes", 0) for s in splits))):
            size = info.get(key)
            if not isinstance(size, int) or isinstance(size, bool) or size < 0 or (total is not None and size != total):
                yield f"{where}: {key}={size!r} is wrong"


def _features(where: str, features: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    names = [feature.get("name") for feature in features]
    if len(set(names)) != len(names) or not all(isinstance(name, str) for name in names):
        yield f"{where}: every feature needs a name of its own"
    for feature in features:
        yield from _feature(f"{where}/{feature.get('name')}", {k: v for k, v in feature.items() if k != "name"})


def _feature(where: str, feature: Mapping[str, Any]) -> Iterator[str]:
    if len(feature) != 1:
        yield f"{where}: needs one of dtype, struct, list"
        return
    ((key, value),) = feature.items()
    if key == "dtype" and isinstance(value, dict):
        names = value.get("class_label", {}).get("names", {})
        if list(value) != ["class_label"] or list(names) != [str(i) for i in range(len(names))] or not names:
            yield f"{where}: class_label needs names numbered from '0'"
        elif len(set(names.values())) != len(names):
            yield f"{where}: a class name stands there twice"
    elif key == "dtype":
        if value not in vocabulary()["dtypes"] and not _PARAMETRIC.fullmatch(str(value)):
            yield f"{where}: dtype {value!r} is not known: {_nearest(str(value), vocabulary()['dtypes'])}"
    elif key in ("struct", "list", "sequence"):
        if isinstance(value, list):
            yield from _features(where, value)
        else:
            yield from _feature(where, value if isinstance(value, dict) else {"dtype": value})
    else:
        yield f"{where}: {key} is no kind of feature"
