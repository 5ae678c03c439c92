import gzip
import io
import resource

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from presseschau.read import compression
from presseschau.read.compression import Stream, is_compressed, read_page

CONTENT = "".join(f"Zeile {number}: Käse und Brot {number * 7919 % 10007}\n" for number in range(20_000)).encode()
PACK = {"": lambda data: data, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor(write_checksum=True).compress}


def streamed(path):
    """All that a stream gives, and its fault."""
    with Stream(str(path)) as stream:
        return io.BufferedReader(stream).read(), stream.fault


@pytest.mark.parametrize("ending", PACK)
def test_content_comes_back(tmp_path, ending):
    path = tmp_path / f"a.html{ending}"
    path.write_bytes(PACK[ending](CONTENT))
    assert read_page(str(path), len(CONTENT)) == CONTENT
    assert streamed(path) == (CONTENT, None)
    assert is_compressed(str(path).upper()) == bool(ending)


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_members_follow_each_other(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.write_bytes(PACK[ending](b"") + PACK[ending](CONTENT) + PACK[ending](b"Ende"))
    assert streamed(path) == (CONTENT + b"Ende", None)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("cut", [0, 3, 30])
def test_frames_that_share_a_dictionary(tmp_path, packed, cut):
    parts = [CONTENT[at : at + 500] for at in range(0, 100_000, 500)]
    dictionary = zstandard.train_dictionary(4096, parts)
    shared = zstandard.compress(dictionary.as_bytes()) if packed else dictionary.as_bytes()
    writer = zstandard.ZstdCompressor(dict_data=dictionary)
    head = b"\x5d\x2a\x4d\x18" + len(shared).to_bytes(4, "little") + shared
    data = head + b"".join(map(writer.compress, parts))
    path = tmp_path / "a.warc.zst"
    path.write_bytes(data[: len(data) - cut])
    found, fault = streamed(path)
    assert b"".join(parts).startswith(found)
    assert len(found) == 100_000 if not cut else 99_000 <= len(found) < 100_000
    assert (fault and fault[0]) == ("truncated" if cut else None)
    path.write_bytes(head[:-9])
    assert streamed(path) == (b"", ("truncated", "compressed stream ends in its dictionary"))


def test_zeros_after_the_end_are_padding(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(CONTENT) + bytes(200_000))
    assert streamed(tmp_path / "a.gz") == (CONTENT, None)


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_cut_stream_gives_what_it_has_and_says_so(tmp_path, ending):
    packed = PACK[ending](CONTENT)
    for keep in (1, 3, 11, len(packed) // 2, len(packed) - 1):
        path = tmp_path / f"a{ending}"
        path.write_bytes(packed[:keep])
        content, fault = streamed(path)
        assert CONTENT.startswith(content)
        assert fault == ("truncated", "compressed stream ends in the middle")
        assert read_page(str(path), 10**8) == ("unreadable", "compressed stream ends in the middle")


def test_all_that_a_cut_gzip_member_holds_is_given(tmp_path):
    first = gzip.compress(CONTENT)
    (tmp_path / "a.gz").write_bytes(first + gzip.compress(CONTENT)[:-9])
    content, fault = streamed(tmp_path / "a.gz")
    assert content[: len(CONTENT)] == CONTENT
    assert len(content) > 1.9 * len(CONTENT)
    assert fault is not None


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_what_is_not_compressed_or_corrupt_is_unreadable(tmp_path, ending):
    good = PACK[ending](CONTENT)
    for data in (b"<html>kein Archiv", good + b"<html>", good[:500] + bytes(100) + good[600:]):
        path = tmp_path / f"a{ending}"
        path.write_bytes(data)
        page = read_page(str(path), 10**8)
        assert isinstance(page, tuple)
        assert page[0] == "unreadable"


def test_a_name_that_promises_gzip_is_told(tmp_path):
    (tmp_path / "a.html.gz").write_bytes(b"<html>")
    assert read_page(str(tmp_path / "a.html.gz"), 100) == ("unreadable", "no gzip, whatever its name says")


def test_the_checksum_is_checked(tmp_path):
    packed = bytearray(gzip.compress(CONTENT))
    packed[-8] ^= 1
    (tmp_path / "a.gz").write_bytes(packed)
    assert read_page(str(tmp_path / "a.gz"), 10**8)[0] == "unreadable"


@pytest.mark.parametrize("ending", PACK)
def test_the_limit_is_on_decompressed_bytes(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.write_bytes(PACK[ending](b"x" * 1000))
    assert read_page(str(path), 1000) == b"x" * 1000
    assert read_page(str(path), 999) == ("too_large", "more than 999 bytes")


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_bomb_stops_at_the_limit(tmp_path, ending):
    path = tmp_path / f"bomb{ending}"
    path.write_bytes(PACK[ending](bytes(400_000_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_page(str(path), 1_000_000)[0] == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB


def test_empty_packed_files_are_empty(tmp_path):
    for ending in PACK:
        (tmp_path / f"a{ending}").write_bytes(b"")
        assert streamed(tmp_path / f"a{ending}") == (b"", None)


def test_files_that_can_not_be_opened(tmp_path):
    assert read_page(str(tmp_path / "fehlt"), 10) == ("unreadable", "No such file or directory")
    assert read_page(str(tmp_path), 10) == ("unreadable", "Is a directory")


def test_a_start_in_a_plain_file(tmp_path):
    (tmp_path / "a").write_bytes(b"0123456789")
    with Stream(str(tmp_path / "a"), 4) as stream:
        assert stream.readable()
        assert stream.read() == b"456789"


@given(
    data=st.binary(max_size=400), ending=st.sampled_from([".gz", ".zst"]), packed=st.booleans(), cut=st.integers(0, 400)
)
def test_any_bytes_give_a_page_or_a_reason(tmp_path_factory, data, ending, packed, cut):
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(PACK[ending](data)[:cut] if packed else data)
    page = read_page(str(path), 300)
    assert isinstance(page, bytes) or page[0] in ("unreadable", "too_large")
    if packed and isinstance(page, bytes) and cut:
        assert page == data


def _damaged(data: bytes, how: str) -> bytes:
    packed = gzip.compress(data, mtime=0)
    half = len(data) // 2
    return {
        "whole": packed,
        "cut": packed[:-5],
        "padded": packed + bytes(40),
        "followed": packed + b"rest",
        "members": gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0),
        "sum": packed[:-8] + bytes(8),
        "flipped": packed[: len(packed) // 2] + b"\xff" + packed[len(packed) // 2 + 1 :],
    }[how]


@given(
    st.binary(max_size=400),
    st.sampled_from(["whole", "cut", "padded", "followed", "members", "sum", "flipped"]),
    st.sampled_from([100, 10_000]),
)
def test_in_one_call_or_piece_by_piece_is_the_same(tmp_path_factory, data, how, limit):
    path = tmp_path_factory.getbasetemp() / "once.html.gz"
    path.write_bytes(_damaged(data, how))
    with pytest.MonkeyPatch.context() as patch:
        once = read_page(str(path), limit)
        patch.setattr(compression, "_whole_member", lambda _path, _limit: None)
        assert read_page(str(path), limit) == once


def test_a_stream_of_given_size_and_a_fault_behind_its_end(tmp_path):
    (tmp_path / "a").write_bytes(b"0123456789")
    with Stream(str(tmp_path / "a"), 2, size=5) as stream:
        assert stream.read() == b"23456"
        assert stream.fault is None
    with Stream("", file=io.BytesIO(b"abc"), fault=("truncated", "there")) as stream:
        assert stream.read() == b"abc"
        assert stream.fault == ("truncated", "there")
