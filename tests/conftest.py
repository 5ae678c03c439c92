"""Real builds by the real command, shared by the tests that look at their results."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# The same examples in every run, so that a change fails for what it changed; `make test-slow` looks for new ones.
# How long one takes is no matter: the machine may be busy. Properties that build something per example take a share of
# the profile's number, `settings.default.max_examples // 16`; all others leave it to the profile.
_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", _ANY_PACE, derandomize=True)
settings.register_profile("thorough", _ANY_PACE, max_examples=1000)
settings.load_profile("repeatable")

# The Hub's client reads this once, at import: tests of uploading need it unset, those of loading use `offline`.
os.environ.pop("HF_HUB_OFFLINE", None)


def run_script(
    name: str, *arguments: str, env: dict[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Runs `python scripts/NAME.py` as a user would, without network."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", **(env or {})}
    command = [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


def build(folder: Path, *overrides: str, env: dict[str, str] | None = None, workers: int = 1) -> Path:
    """Builds into `folder/dataset` and answers with that path; fails loudly."""
    done = run_script(
        "build",
        f"output.dir={folder / 'dataset'}",
        f"pipeline.work_dir={folder / 'work'}",
        f"engine.workers={workers}",
        *overrides,
        env=env,
    )
    assert done.returncode == 0, done.stderr
    return folder / "dataset"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset built from the sample pages."""
    return build(tmp_path_factory.mktemp("sample"), workers=2)


@pytest.fixture
def minihub() -> Iterator[str]:
    """The loopback server of ../shared."""
    server = SHARED / "tools" / "minihub.py"
    if not server.is_file():
        pytest.skip("needs ../shared/tools/minihub.py")
    process = subprocess.Popen([sys.executable, str(server)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network for loading: set where both libraries keep what they read from the environment at import."""
    import datasets.config
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their length: gzip writes the time, and every worker has to collect the same names."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None
