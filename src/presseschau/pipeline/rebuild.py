"""A dataset built once more from its manifest and the same pages, and compared with what is there, byte for byte."""

from __future__ import annotations

import copy
import os
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from presseschau.config import ConfigError
from presseschau.pipeline.build import build
from presseschau.pipeline.settings import FILES, settings_from
from presseschau.publish.manifest import package_versions, read_manifest
from presseschau.publish.same import differences

_UNICODE = "Python's Unicode"


def rebuild(dataset: Path, given: Mapping[str, Any], workers: int | None = None) -> list[str]:
    """What differs between a dataset and its rebuild, one line each; empty where every byte is the same.

    Args:
        dataset: A dataset folder.
        given: Paths of what a manifest knows by content alone, by option as the build has them, nested:
            `{"source": {"path": …}, "split": {"lock": …}}`.
        workers: Processes; None: one per core.

    Raises:
        ConfigError: It is no dataset folder, or a file that the build had is not named or is another one.
        BuildError: The rebuild failed.
    """
    try:
        manifest = read_manifest(dataset)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    config: dict[str, Any] = copy.deepcopy(manifest["config"])
    if not (given.get("source") or {}).get("path"):
        raise ConfigError("rebuild=true needs the pages: source.path=…")
    with tempfile.TemporaryDirectory(prefix=".rebuild-", dir=dataset.resolve().parent) as name:
        folder = Path(name)
        for option in sorted(FILES):
            _place(config, option, given, manifest, folder)
        config["source"]["path"] = given["source"]["path"]
        config |= {
            "output": {"dir": str(folder / "dataset")},
            "engine": {"kind": "local", "workers": workers},
            "pipeline": {"work_dir": str(folder / "work"), "progress": False},
        }
        if model := _path(given, ("label", "transformer", "path")):
            config["label"]["transformer"] = {**(config["label"].get("transformer") or {}), "path": model}
        settings = settings_from(config)
        for option in sorted(FILES):
            path = _path(given, option)
            if path is not None and _path(settings.shown, option) != _path(manifest["config"], option):
                raise ConfigError(f"{'.'.join(option)}={path} is not what the build had: its content is another one")
        if settings.shown != manifest["config"]:
            raise ConfigError(f"{dataset}: its config means something else to this version of presseschau")
        with _released(manifest.get("released")):
            build(settings)
        found = list(differences(dataset, folder / "dataset"))
    return [*_other_versions(manifest), *found] if found else []


@contextmanager
def _released(day: str | None) -> Iterator[None]:
    """Gives a build the day of an earlier one; none where that had none, whatever is set now."""
    before = os.environ.get("SOURCE_DATE_EPOCH", "")
    os.environ["SOURCE_DATE_EPOCH"] = f"{datetime.fromisoformat(f'{day}T00:00Z').timestamp():.0f}" if day else ""
    try:
        yield
    finally:
        os.environ["SOURCE_DATE_EPOCH"] = before


def _path(tree: Mapping[str, Any], option: tuple[str, ...]) -> Any:
    value: Any = tree
    for key in option:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _place(
    config: dict[str, Any], option: tuple[str, ...], given: Mapping[str, Any], manifest: Mapping[str, Any], folder: Path
) -> None:
    """Puts the path of a file in the place of its digest; the prose of the card is in the manifest itself."""
    digest, path = _path(config, option), _path(given, option)
    if digest is None:
        if path is not None:
            raise ConfigError(f"the build had no file for {'.'.join(option)}: leave {'.'.join(option)}={path} out")
        return
    if option == ("publish", "card") and path is None:
        path = str(folder / "card.md")
        Path(path).write_bytes(manifest["card"].encode())
    if path is None:
        raise ConfigError(f"the build had a file for {'.'.join(option)}: say {'.'.join(option)}=PATH")
    group = config
    for key in option[:-1]:
        group = group[key]
    group[option[-1]] = path


def _other_versions(manifest: Mapping[str, Any]) -> list[str]:
    now = package_versions(manifest["packages"]) | {_UNICODE: unicodedata.unidata_version}
    before = manifest["packages"] | {_UNICODE: manifest.get("unicode", "unknown")}
    changed = [f"{name} {was}, now {now[name]}" for name, was in before.items() if now[name] != was]
    return [f"built with other versions: {', '.join(changed)}"] if changed else []
