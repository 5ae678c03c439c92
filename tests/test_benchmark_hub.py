"""A benchmark on a repository of a Hub, by revision, over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi

from conftest import run_script
from test_benchmark_load import article, dataset
from test_benchmark_run import texts


def made(folder: Path, tests: int) -> Path:
    def rows(count: int, start: int) -> list[dict[str, Any]]:
        said = enumerate(texts(count, start), start=start)
        return [article(i, text=text, topic=("hardware", "ai").index(label)) for i, (label, text) in said]

    return dataset(folder, {"train": rows(30, 0), "validation": rows(6, 30), "test": rows(tests, 40)})


@pytest.mark.shared
def test_a_repository_is_read_at_its_revision(minihub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    api = HfApi(endpoint=minihub, token="hf_test")
    api.create_repo("user/news", repo_type="dataset")
    commits = []
    for version, tests in (("v1", 10), ("v2", 14)):
        folder = made(tmp_path / version, tests)
        commits.append(api.upload_folder(repo_id="user/news", repo_type="dataset", folder_path=folder).oid)
        api.create_tag("user/news", tag=version, repo_type="dataset")
    env = {"HF_ENDPOINT": minihub, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}

    def results(name: str, *options: str) -> dict[str, Any]:
        out = tmp_path / name
        arguments = ("model=multinomial_nb", "uncertainty.bootstrap=0", f"output.dir={out}", *options)
        done = run_script("benchmark", *arguments, env=env)
        assert done.returncode == 0, done.stderr
        return dict(json.loads((out / "results.json").read_bytes()))

    first = results("a", "dataset=user/news", "dataset.revision=v1")
    assert first["dataset"] == {"kind": "hub", "name": "user/news", "revision": commits[0], "notes": []}
    here = results("b", f"dataset={tmp_path / 'v1'}")
    assert (first["test_sha256"], first["metrics"]) == (here["test_sha256"], here["metrics"])
    newest = results("c", "dataset=user/news")
    assert newest["dataset"]["revision"] == commits[1]
    assert newest["metrics"]["test"]["articles"] == 14
    assert newest["test_sha256"] != first["test_sha256"]
    done = run_script("benchmark", "dataset=user/news", "dataset.revision=v9", f"output.dir={tmp_path}", env=env)
    assert done.returncode == 2
    assert "user/news" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
