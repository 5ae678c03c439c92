"""Classifiers compared on splits: `python scripts/benchmark.py dataset=mydata task=topic model=tfidf_svm`."""

from __future__ import annotations

import re
import sys
from typing import Any

from command import BUILT, ROOT, run

_LITERAL = ("dataset.sep", "dataset.quote", "dataset.path", "dataset.test", "dataset.validation", "output.dir")
_QUOTED = re.compile(r"""(['"]).*\1""", re.DOTALL)


def main(config: dict[str, Any]) -> int:
    from presseschau.benchmark.compare import compare
    from presseschau.benchmark.leaderboard import publish
    from presseschau.benchmark.run import run as run_model
    from presseschau.benchmark.settings import settings_from
    from presseschau.benchmark.tables import show
    from presseschau.config import ConfigError, convert

    settings = settings_from(config)
    if config["action"] == "compare":
        runs = convert(config["runs"], tuple[str, ...], "runs")
        print(compare(runs, settings.output, settings.uncertainty, settings.seed))
        return BUILT
    if config["action"] != "run":
        raise ConfigError(f"action={config['action']} is not known: valid: compare, run")
    outcome = run_model(settings)
    if outcome.results is None:
        print(outcome.told)
        return BUILT
    publish(settings.output, outcome.folder, settings.uncertainty, settings.seed)
    print(show(outcome.results, outcome.reused))
    print(f"results: {settings.output / 'results.json'} · leaderboard: {settings.output / 'leaderboard.md'}")
    return BUILT


def translated(arguments: list[str]) -> list[str]:
    """`dataset=DIR` as a choice of Hydra's group `dataset`, and values that its grammar can't hold in quotes.

    `dataset=csv` stays, as do several of these for a multirun; any other value is a published folder or a Hub id, or by
    its ending a labelled file.
    """
    groups = {path.stem for path in (ROOT / "configs" / "dataset").glob("*.yaml")}
    done: list[str] = []
    for argument in arguments:
        key, equals, value = argument.partition("=")
        plain = value[1:-1] if _QUOTED.fullmatch(value) and len(value) > 1 else value
        if equals and key == "dataset" and value and not groups.issuperset(value.split(",")):
            ending = re.search(r"\.(csv|tsv|jsonl|parquet)(\.gz)?$", plain)
            kind = {"tsv": "csv"}.get(ending[1], ending[1]) if ending else "published"
            done += [f"dataset={kind}", f"dataset.path={_literal(plain)}"]
            done += ['dataset.sep="\\t"'] if ending and ending[1] == "tsv" else []
        elif equals and key in _LITERAL and value:
            done.append(f"{key}={_literal(plain or value)}")
        else:
            done.append(argument)
    if "action=compare" in done and not any(a.startswith("dataset") for a in done):
        done.append("dataset.path=none")  # finished runs are compared without their data
    return done


def _literal(value: str) -> str:
    """A value in quotes for Hydra: what stands in it stands for itself."""
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', value)
    return f'"{escaped}{chr(92) * (len(value) - len(value.rstrip(chr(92))))}"'


if __name__ == "__main__":
    sys.argv[1:] = translated(sys.argv[1:])
    run("benchmark", main, "the benchmark failed")
