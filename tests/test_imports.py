"""Data goes one way: the imports follow the design."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "presseschau"
SHAPES = {"document", "locks", "schema", "spreadsheet", "stable"}  # below all stages
STAGES = {"read", "extract", "clean", "language", "filter", "rights", "dedup", "leakage", "label", "annotation", "split",
          "publish"}  # fmt: skip
# What a stage may use of another one, and why.
ALLOWED = {
    ("extract", "clean"),  # text is cleaned as it is extracted
    ("annotation", "label"),  # annotators speak of the classes of the labeler, and judge and calibrate it
    ("benchmark", "label"),  # the labeler itself is one of the models, the mirror to beat
    ("benchmark", "annotation"),  # and so is a language model, by the annotator's client and cache
    ("benchmark", "read"),  # a separator and a quote mean the same there and here
    ("leakage", "dedup"),  # looks for the same kind of pairs, without trusting the clusters
    ("leakage", "split"),  # and for the same kind of stories, whether or not they are the groups
}
# Commands and the pipeline know several stages; the others know none.
FREE = {"pipeline", "__init__"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def imported(path: Path) -> Iterator[str]:
    """Top-level names within the package that a module imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                package = path.relative_to(PACKAGE).parent.parts
                base = list(package[: len(package) - (node.level - 1)])
                names = [*base, *(node.module or "").split(".")] if node.module else base
                if names and names[0]:
                    yield names[0]
                else:
                    yield from (alias.name for alias in node.names)
            elif node.module == "presseschau":
                yield from (alias.name for alias in node.names)
            elif node.module and node.module.startswith("presseschau."):
                yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("presseschau."))


@pytest.mark.parametrize(("stage", "path"), list(modules()), ids=lambda value: str(value).rpartition("presseschau/")[2])
def test_a_stage_imports_no_other_stage(stage: str, path: Path) -> None:
    used = set(imported(path)) - {stage}
    if stage in SHAPES:
        assert used <= SHAPES
    elif stage in STAGES:
        assert {other for other in used - SHAPES if (stage, other) not in ALLOWED} == set()
    elif stage not in FREE:
        assert {other for other in used & STAGES if (stage, other) not in ALLOWED} == set()


def test_only_scripts_import_hydra() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import hydra" not in text
        assert "omegaconf" not in text


def test_the_package_and_the_help_stay_light() -> None:
    code = "import sys, presseschau; print([m for m in ('pyarrow','duckdb','trafilatura','datasets','pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
