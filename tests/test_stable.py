"""Canonical URLs."""

from __future__ import annotations

import os
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from presseschau import stable
from presseschau.stable import canonical_url, cores, host_of


@pytest.mark.parametrize(
    ("stated", "canonical"),
    [
        ("https://www.blatt.example/politik/a-1.html", "https://www.blatt.example/politik/a-1.html"),
        ("HTTPS://Blatt.example:443/a#top", "https://blatt.example/a"),
        ("https://blatt.example", "https://blatt.example/"),
        ("https://blatt.example/a?id=7&utm_source=x", "https://blatt.example/a?id=7"),
        ("https://blatt.example/a?fbclid=IwAR0&id=7&srsltid=A&gad_source=1&mibextid=z", "https://blatt.example/a?id=7"),
        ("https://blatt.example/a?&id=7&&b=1&", "https://blatt.example/a?id=7&b=1"),
        ("https://blatt.example/a?fclid=7", "https://blatt.example/a?fclid=7"),
        ("https://blätter.example/ä", "https://xn--bltter-cua.example/%C3%A4"),
        ("https://www.Straße.example/a", "https://www.xn--strae-oqa.example/a"),
        ("https://GROẞ-ÄRGER.example", "https://xn--gro-rger-sya5c.example/"),
        ("https://bl%C3%A4tter.example/a", "https://xn--bltter-cua.example/a"),
        ("https://blatt.example./a", "https://blatt.example/a"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://blatt.example/a.html;jsessionid=0A1.live5?nn=7", "https://blatt.example/a.html?nn=7"),
        ("https://blatt.example/a;b=c?PHPSESSID=0a1&id=7", "https://blatt.example/a;b=c?id=7"),
        ("https://{{host}}/a", None),
        ("https://blatt.example%00/a", None),
        ("https://a%3A80/x", None),
        ("ftp://blatt.example/a", None),
        ("/a", None),
        ("", None),
    ],
)
def test_canonical_url(stated: str, canonical: str | None) -> None:
    assert canonical_url(stated) == canonical


HOSTS = [
    "blatt.example", "BLATT.example.", "[::1]", "müller.de", "faß.de", "xn--mller-kva.de", "xn--zzzz.de", "eva:x@blatt.example",
    "blatt.example:80", "blatt%2Eexample", "a%3A80", "%3A%3A1", "web.archive.org", "WEB.archive.org:443", "%77eb.archive.org.",
]  # fmt: skip
PATHS = ["/%e4 ä?b=1&utm_source=x#top", "/;a?b;c?d", "/../a", "/\\x", "/web/2020/https://blatt.example/a?b=1"]
PATHS += ["/web/2020im_/https://WEB.archive.org/web/2019/HTTP://müller.de/"]


@given(
    st.sampled_from(["http://", "HTTPS://", " https://"]),
    st.sampled_from(HOSTS) | st.text(max_size=12) | st.text("a.:@%-[]0ß", max_size=12),
    st.sampled_from(PATHS) | st.text(max_size=12),
)
@example("http://", "..", "")
def test_a_canonical_url_stays_as_it_is(scheme: str, host: str, path: str) -> None:
    canonical = canonical_url(scheme + host + path)
    assert canonical_url(canonical) == canonical
    assert canonical is None or (canonical.isascii() and " " not in canonical)
    assert canonical is None or host_of(canonical)


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
        ("https://Web.Archive.org:443/web/2024/http://beispiel.de/a", "http://beispiel.de/a"),
        ("https://web.archive.org:443/web/2024/" * 2_000 + "http://beispiel.de/a", "http://beispiel.de/a"),
        ("https://%77eb.archive.org/web/2024/" * 2_000 + "http://beispiel.de/a", None),
        ("https://web.archive.org/web/2024*/beispiel.de", "https://web.archive.org/web/2024*/beispiel.de"),
        ("https://beispiel.de/web.archive.org/web/2024/https://a.de/", "https://beispiel.de/web.archive.org/web/2024/https://a.de/"),
    ],
)  # fmt: skip
def test_a_capture_is_known_by_what_it_captured(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_cores_where_the_system_does_not_name_those_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # macOS
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert cores() == 3
