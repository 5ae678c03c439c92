from __future__ import annotations

from pathlib import Path

import pytest

from presseschau.publish.folder import FolderError, check_replaceable, recover, staged


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "data"
    with staged(target) as part:
        (part / "manifest.json").write_text("1")
        assert not target.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["data"]
    with staged(target) as part:
        (part / "manifest.json").write_text("2")
        assert (target / "manifest.json").read_text() == "1"
    assert (target / "manifest.json").read_text() == "2"
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_a_failure_leaves_the_last_good_one(tmp_path: Path) -> None:
    target = tmp_path / "data"
    with staged(target) as part:
        (part / "manifest.json").write_text("good")
    with pytest.raises(RuntimeError), staged(target) as part:
        (part / "manifest.json").write_text("half")
        raise RuntimeError
    assert (target / "manifest.json").read_text() == "good"
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_a_kill_between_the_renames_is_recovered(tmp_path: Path) -> None:
    (tmp_path / ".data.old").mkdir()
    (tmp_path / ".data.old" / "manifest.json").write_text("good")
    recover(tmp_path / "data")
    assert (tmp_path / "data" / "manifest.json").read_text() == "good"


def test_only_datasets_and_empty_folders_are_replaced(tmp_path: Path) -> None:
    check_replaceable(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    check_replaceable(tmp_path / "empty")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderError, match="holds files that are no dataset"):
        check_replaceable(tmp_path / "home")
    with pytest.raises(FolderError, match="is a file"):
        check_replaceable(tmp_path / "home" / "thesis.txt")
