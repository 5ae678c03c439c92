"""Canonical URLs."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from presseschau import stable
from presseschau.stable import canonical_url, host_of


@pytest.mark.parametrize(
    ("stated", "canonical"),
    [
        ("https://www.blatt.example/politik/a-1.html", "https://www.blatt.example/politik/a-1.html"),
        ("HTTPS://Blatt.example:443/a#top", "https://blatt.example/a"),
        ("https://blatt.example", "https://blatt.example/"),
        ("https://blatt.example/a?id=7&utm_source=x", "https://blatt.example/a?id=7"),
        ("https://blätter.example/ä", "https://xn--bltter-cua.example/%C3%A4"),
        ("ftp://blatt.example/a", None),
        ("/a", None),
        ("", None),
    ],
)
def test_canonical_url(stated: str, canonical: str | None) -> None:
    assert canonical_url(stated) == canonical


@given(
    st.lists(
        st.sampled_from(
            ["https://", "blatt.example", "/", "a-1.html", "..", "%20", "//", ";", "@", ":80", "ä", "?", "\n", "A"]
        )
    ).map("".join)
)
@example("https://blatt.example//a/../b;c@d:e")
def test_the_short_way_says_what_the_long_one_says(url: str) -> None:
    short = canonical_url(url)
    host = host_of(short)
    with patch.object(stable, "_CANONICAL", stable.re.compile("(?!)")):
        assert canonical_url(url) == short
        assert host_of(short) == host


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://web.archive.org/web/20240312140500/https://www.Beispiel.de/a?utm_source=x", "https://www.beispiel.de/a"),
        ("http://web.archive.org/web/2024id_/http://beispiel.de/a#oben", "http://beispiel.de/a"),
        ("https://web.archive.org/web/2024*/beispiel.de", "https://web.archive.org/web/2024*/beispiel.de"),
        ("https://beispiel.de/web.archive.org/web/2024/https://a.de/", "https://beispiel.de/web.archive.org/web/2024/https://a.de/"),
    ],
)  # fmt: skip
def test_a_capture_is_known_by_what_it_captured(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
