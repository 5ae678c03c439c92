"""What `docs/` says is true: its commands run on the sample, its links lead somewhere, its reference is that of the code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conftest import ROOT
from loopback_hub import serving
from presseschau.document import REASONS
from presseschau.publish import files

DOCS = sorted((ROOT / "docs").rglob("*.md"))
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in [*DOCS, ROOT / "README.md"]}
# Pages whose commands are quick, and so part of every run; those of the others are run by `make test-slow`.
QUICK = ("docs/tutorial.md", "docs/taxonomy.md")
BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n)?^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its code, the file that it is the content of, what is run for it."""

    language: str
    code: str
    file: str | None
    run: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page. A comment right above one may say that it is not run (and why), what is run instead,
    or what has to be run before it: a reader has done that somewhere else."""
    for match in BLOCK.finditer(text):
        kind, _, said = (match["note"] or "").partition(": ")
        run = {"not run": "", "instead": said, "setup": f"{said}\n{match['code']}"}.get(kind, match["code"])
        yield Block(match["language"], match["code"], match["file"], run)


def workplace(folder: Path) -> Path:
    """A folder in which the commands find what they name and write where nobody minds."""
    for name in ("scripts", "configs", "src", "DATASET_CARD.md"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "data").mkdir()
    (folder / "data" / "sample").symlink_to(ROOT / "data" / "sample")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return folder


def run_page(name: str, folder: Path) -> None:
    """Runs every block of a page in its order, as somebody would who follows it."""
    workplace(folder)
    with serving() as hub:
        env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_loopback", "HF_HUB_DISABLE_XET": "1",
               "HF_DATASETS_CACHE": str(folder / "cache"), "HF_DATASETS_OFFLINE": "1"}  # fmt: skip
        for block in blocks(TEXTS[name]):
            if block.file is not None:
                (folder / block.file).write_text(block.code, encoding="utf-8")
            if not block.run or block.language not in ("bash", "python"):
                continue
            command = ["bash", "-euo", "pipefail", "-c", block.run]
            if block.language == "python":
                command = [sys.executable, "-c", block.run]
            done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, (name, block.code, done.stdout[-2_000:], done.stderr[-2_000:])


RUNNABLE = [name for name, text in TEXTS.items() if name.startswith("docs/") and "```bash" in text]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in RUNNABLE]
)
def test_everything_on_the_page_runs(name: str, tmp_path: Path) -> None:
    run_page(name, tmp_path)


@pytest.mark.parametrize("name", list(TEXTS))
def test_blocks_are_of_known_languages_and_parse(name: str) -> None:
    for block in blocks(TEXTS[name]):
        assert block.language in {"bash", "python", "yaml", "r", "text", "bibtex"}, block.language
        if block.language == "python":
            ast.parse(block.code)
        if block.language == "bash":
            for script in re.findall(r"scripts/(\w+)\.py", block.code):
                assert (ROOT / "scripts" / f"{script}.py").is_file(), script


def anchors(text: str) -> set[str]:
    """What the headings of a page can be linked by, as GitHub makes it."""
    found: dict[str, int] = {}
    names = set()
    for heading in re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower()).replace(" ", "-")
        names.add(name if name not in found else f"{name}-{found[name]}")
        found[name] = found.get(name, 0) + 1
    return names


def links(text: str) -> list[str]:
    prose = re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r"<(https?://[^>\s]+)>", prose)


@pytest.mark.parametrize("name", list(TEXTS))
def test_every_link_leads_somewhere(name: str) -> None:
    for link in links(TEXTS[name]):
        if link.startswith(("http://", "https://")):
            parts = urlsplit(link)
            assert parts.scheme == "https", link
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), link
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_the_index_names_every_page() -> None:
    named = {link.partition("#")[0] for link in links(TEXTS["docs/README.md"])}
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in DOCS} - {"README.md"}
    assert pages <= named


def test_the_reference_is_that_of_the_code() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_option_of_the_build_has_a_meaning() -> None:
    page = TEXTS["docs/reference/options.md"].partition("## verify.py")[0]
    assert re.findall(r"^\| `([\w.]+)` \| [^|]* \|\s*\|$", page, re.MULTILINE) == []


# Calls and answers by which a stage leaves a page out, with its reason as a literal.
GIVERS = re.compile(
    r'(?:failed|dropped|Drop|_Unusable|TooComplex|Gone)\([^"\n]*"(?:extract|read|filter)?"?,? ?"?(\w+)"'
    r'|return \(?"(\w+)", '
)


def test_every_reason_in_the_code_is_described() -> None:
    known = {reason for reasons in REASONS.values() for reason in reasons}
    found = set()
    for path in (ROOT / "src" / "presseschau").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.parts[-2] in ("read", "extract", "body", "pipeline", "presseschau"):
            names = {one or other for one, other in GIVERS.findall(text)}
            found |= names - {"extract", "read", "filter"}
    assert len(found) > 20
    assert found <= known


def test_every_file_and_column_of_a_folder_is_described(sample: Path) -> None:
    import pyarrow.parquet as pq

    described = {name.partition("/")[0] for name in files.FILES}
    assert {path.name for path in sample.iterdir()} <= described
    assert list(files.LEDGER) == pq.read_schema(sample / "ledger.parquet").names
    from presseschau.pipeline.rehydrate import REPORT_SCHEMA
    from presseschau.publish.stub import SIGNATURE_SCHEMA

    assert list(files.SIGNATURES) == SIGNATURE_SCHEMA.names
    assert list(files.REHYDRATION) == REPORT_SCHEMA.names
