from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from conftest import run_script
from presseschau.pipeline.store import locked
from presseschau.publish.folder import FolderBusyError, FolderError, check_output, check_replaceable, recover, staged


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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("labels/people.jsonl", "labels/"),
        ("notes.txt", "notes.txt"),
        ("data/notes.txt", "data/notes.txt"),
        ("figures/own.png", "figures/own.png"),
        ("CHANGELOG.md", "CHANGELOG.md"),
        ("LICENSE", "LICENSE"),
        (".git/HEAD", ".git/"),
        (".gitattributes", ".gitattributes"),
        (".cache/huggingface/x", ".cache/"),
    ],
)
def test_what_no_build_makes_is_not_lost(tmp_path: Path, name: str, shown: str) -> None:
    folder = tmp_path / "dataset"
    for made in ("manifest.json", "LICENSE.md", "data/test_publisher-00000-of-00001.parquet", "figures/topics.png",
                 ".DS_Store"):  # fmt: skip
        (folder / made).parent.mkdir(parents=True, exist_ok=True)
        (folder / made).write_text("x")
    check_replaceable(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("mine")
    with pytest.raises(FolderError, match=f"would be lost: {re.escape(shown)};"):
        check_replaceable(folder)
    with pytest.raises(FolderError), staged(folder):
        pass
    assert (folder / name).read_text() == "mine"


def test_a_link_is_somebodys_too(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "manifest.json").write_text("{}")
    (tmp_path / "dataset" / "corpus").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(FolderError, match="lost: corpus;"):
        check_replaceable(tmp_path / "dataset")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a[1]", "pattern"), ("a*", "pattern"), ("a?", "pattern"), ("$A", "variable"), ("${A}", "variable")],
)
def test_a_path_that_would_be_another_one_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    with pytest.raises(FolderError, match=f"load_dataset takes for a {kind}"):
        check_output(tmp_path / name)
    check_output(tmp_path / "a]")
    check_output(tmp_path / "5 $")


def test_a_place_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match=f"can't be written: {tmp_path / 'file'} is no folder"):
        check_output(tmp_path / "file" / "deep" / "data")
    (tmp_path / "closed").mkdir(mode=0o500)
    if not os.access(tmp_path / "closed", os.W_OK):  # root may write anywhere
        with pytest.raises(FolderError, match="can't be written"):
            check_output(tmp_path / "closed" / "data")
    check_output(tmp_path / "deep" / "deeper" / "data")


def test_the_folder_that_one_is_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for place in (".", "..", "new/..", "/", str(tmp_path)):
        with pytest.raises(FolderError, match="the folder that you are in, or one above it"):
            check_output(Path(place))
    check_output(Path("new/../other"))


@pytest.mark.parametrize("target", ["there", "not yet"])
def test_a_link_to_the_place_stays(tmp_path: Path, target: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / target)
    for text in ("1", "2"):
        with staged(tmp_path / "link") as part:
            (part / "manifest.json").write_text(text)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / target / "manifest.json").read_text() == text
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted({"link", "there", target})


def test_a_dataset_that_is_write_protected_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine" / "data").mkdir(parents=True)
    (tmp_path / "mine" / "manifest.json").write_text("1")
    guarded = tmp_path / "mine" / "data"
    # Root may write anywhere, so the mode would tell it nothing.
    monkeypatch.setattr(os, "access", lambda path, _: path != guarded)
    with pytest.raises(FolderError, match=f"can't be replaced: {guarded} is write-protected"):
        check_output(tmp_path / "mine")
    with pytest.raises(FolderError, match="write-protected"), staged(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine" / "manifest.json").read_text() == "1"


def test_what_can_not_be_removed_of_the_old_one_fails_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    for text in ("1", "2", "3"):
        with monkeypatch.context() as patch, staged(tmp_path / "mine") as part:
            (part / "manifest.json").write_text(text)
            if text == "2":
                patch.setattr(os, "rmdir", refuse)
        assert (tmp_path / "mine" / "manifest.json").read_text() == text
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("name", "message"), [("mine", "would be lost: labels/; move it elsewhere"), ("a[1]", "takes for a pattern")]
)
def test_the_build_refuses_before_any_work(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "mine" / "labels").mkdir(parents=True)
    (tmp_path / "mine" / "manifest.json").write_text("{}")
    (tmp_path / "mine" / "labels" / "people.jsonl").write_text("{}")
    done = run_script("build", f"output.dir={tmp_path / name}", f"pipeline.work_dir={tmp_path / 'work'}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert message in done.stderr
    assert not (tmp_path / "work").exists()
    assert (tmp_path / "mine" / "labels" / "people.jsonl").read_text() == "{}"


def test_a_license_that_the_user_laid_there_is_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    folder.mkdir()
    (folder / "LICENSE.md").write_text("mine")
    for link, lost in ((None, False), ("https://example.org/terms", False), ("LICENSE.md", True)):
        manifest = orjson.dumps({"config": {"dataset": {"license_link": link}}})
        (folder / "manifest.json").write_bytes(manifest)
        if lost:
            with pytest.raises(FolderError, match=re.escape("would be lost: LICENSE.md;")):
                check_replaceable(folder)
        else:
            check_replaceable(folder)


def test_a_second_writer_is_told_whose_the_folder_is_and_breaks_nothing(tmp_path: Path) -> None:
    target, code = (
        tmp_path / "data",
        "\n".join(
            (
                "import sys",
                "from pathlib import Path",
                "from presseschau.publish.folder import staged",
                "with staged(Path(sys.argv[1])) as part:",
                "    (part / 'manifest.json').write_text('first')",
                "    print('writing', flush=True)",
                "    sys.stdin.readline()",
            )
        ),
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "writing\n"
        with pytest.raises(FolderBusyError, match=f"being written by process {first.pid};"), staged(target):
            pass
        first.communicate("\n")
        assert first.returncode == 0
    assert (target / "manifest.json").read_text() == "first"
    with staged(target) as part:
        (part / "manifest.json").write_text("second")
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_a_writer_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / ".data.lock").write_text("1")
    (tmp_path / ".data.partial").mkdir()
    with staged(tmp_path / "data") as part:
        assert list(part.iterdir()) == []
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_a_drive_without_locks_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    with locked(tmp_path / "work"), staged(tmp_path / "data") as part:
        (part / "manifest.json").write_text("1")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "work"]
