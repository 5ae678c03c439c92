import os

import pytest

from presseschau.document import Drop
from presseschau.read import ReadError, Unit
from presseschau.read.unit import dropped, failed, os_detail, whole_file


def test_details_are_one_line():
    assert failed("a", "unreadable", "one\n  two").detail == "one two"
    assert dropped("a", "not_html", "text/\nplain") == Drop("a", "read", "not_html", "text/ plain")
    assert failed("a", "empty", "").outcome == "failed"


def test_os_errors_say_no_path(tmp_path):
    with pytest.raises(OSError, match="gone") as caught:
        (tmp_path / "gone").read_bytes()
    assert os_detail(caught.value) == "No such file or directory"
    assert os_detail(OSError("x")) == "OSError"


def test_whole_file_has_a_digest_of_content_and_options(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"same")
    first = whole_file("a", str(tmp_path / "a"), b"k")
    second = whole_file("b", str(tmp_path / "b"), b"k")
    assert isinstance(first, Unit)
    assert isinstance(second, Unit)
    assert (first.size, first.start, first.stop, first.first) == (4, 0, None, 1)
    assert first.digest == second.digest
    os.utime(tmp_path / "a", (0, 0))
    assert whole_file("a", str(tmp_path / "a"), b"k") == first
    other = whole_file("a", str(tmp_path / "a"), b"other")
    assert isinstance(other, Unit)
    assert other.digest != first.digest


def test_whole_file_fails_in_the_ledger(tmp_path):
    (tmp_path / "empty").touch()
    for name, reason in (("empty", "empty"), ("gone", "unreadable")):
        drop = whole_file(name, str(tmp_path / name), b"")
        assert isinstance(drop, Drop)
        assert (drop.reason, drop.outcome, drop.stage) == (reason, "failed", "read")


def test_read_error_is_a_value_error():
    assert issubclass(ReadError, ValueError)
