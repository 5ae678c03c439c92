"""What the documents say is true: every command runs, every option is named, every link has a target."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, run_script

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line for language, block in BLOCKS if language == "bash" for line in block.splitlines() if "python scripts/" in line
]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's commands find what they name and write where nobody minds."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("scripts", "configs", "DATASET_CARD.md"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "data").mkdir()
    (folder / "data" / "sample").symlink_to(ROOT / "data" / "sample")
    done = run_script("build", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "summary.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def test_the_summary_in_the_readme_is_that_of_the_build(workplace: Path) -> None:
    said = (workplace / "summary.txt").read_text(encoding="utf-8").splitlines()
    (shown,) = (block for language, block in BLOCKS if language == "text")
    assert {line for line in shown.splitlines() if line.strip() != "…" and "pages/s" not in line} <= set(said)


def test_every_command_of_the_readme_runs(workplace: Path) -> None:
    assert len(COMMANDS) >= 5
    for command in COMMANDS:
        assert command.startswith(".venv/bin/python "), command
        done = subprocess.run(
            [sys.executable, *command.split()[1:]], cwd=workplace, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, (command, done.stderr)


def test_every_python_block_of_the_readme_runs(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [block for language, block in BLOCKS if language == "python"]
    assert len(blocks) >= 2
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(workplace / "cache"))
    for block in blocks:
        done = subprocess.run([sys.executable, "-c", block], cwd=workplace, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, (block, done.stderr)
        assert done.stdout


def test_every_option_that_the_readme_names_exists() -> None:
    reference = (ROOT / "docs/reference/options.md").read_text(encoding="utf-8")
    table = "\n".join(line for line in README.splitlines() if line.startswith("| `"))
    named = re.findall(r"`((?:[a-z_]+\.)+[a-z_]+|takedown|seed)=", table)
    assert len(named) > 15
    for name in named:
        assert f"| `{name}` |" in reference, name


@pytest.mark.parametrize("group", ["source", "split", "engine"])
def test_every_kind_that_the_readme_names_exists(group: str) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `{group}="))
    named = set(re.findall(rf"`(?:{group}=)?(\w+)[ `]", row.split("|")[1]))
    assert named
    assert named <= {p.stem for p in (ROOT / "configs" / group).glob("*.yaml")}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"])
def test_files_that_documents_name_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for path in re.findall(r"`((?:configs|scripts|src|tests|data/sample)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\((?!http|#)([^)]+)\)", text):
        assert (ROOT / name).parent.joinpath(link.partition("#")[0]).exists(), link


def test_constraints_are_versions_and_nothing_else() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+-]+", line), line
