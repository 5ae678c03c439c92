"""Publishing over real HTTP: what is sent, what never is, and what happens when the server fails."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from conftest import run_script
from loopback_hub import Failure, LoopbackHub, serving
from presseschau.config import ConfigError
from presseschau.pipeline.outgoing import Upload
from presseschau.pipeline.release import describe
from presseschau.pipeline.stub import release_stub
from presseschau.pipeline.upload import Published, upload
from presseschau.publish.content import SIGNATURES
from presseschau.publish.derive import Change, Gone, derive
from presseschau.publish.hub.errors import HubError
from presseschau.publish.hub.files import Difference, LocalFile, RemoteFile, difference, local_files
from presseschau.publish.hub.server import Hub
from presseschau.publish.verify import verify

TOKEN = "hf_averysecrettoken"


@pytest.fixture(scope="session")
def open_sample(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as if built to publish reserved text, so that nothing has to be left out of it."""
    folder = tmp_path_factory.mktemp("open") / "dataset"

    def publish(manifest: dict[str, Any]) -> dict[str, Any]:
        return manifest | {"config": manifest["config"] | {"rights": {"reserved": "publish"}}}

    derive(sample, folder, Change(manifest=publish), describe)
    return folder


@pytest.fixture(autouse=True)
def _client(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    clock = SimpleNamespace(time=time.time, sleep=lambda seconds: None)
    monkeypatch.setattr("huggingface_hub.utils._http.time", clock)


@pytest.fixture
def server() -> Iterator[LoopbackHub]:
    with serving() as hub:
        yield hub


@pytest.fixture
def publish(open_sample: Path, server: LoopbackHub) -> Callable[..., Published]:
    """Publishes the sample in this process without waiting; its waits and lines are kept on the server object."""
    server.waits, server.told = [], []  # type: ignore[attr-defined]

    def run(check: Callable[[Path], list[str]] = _unchecked, **options: Any) -> Published:
        settings = Upload(**{"dataset": open_sample, "repo": "user/name", "basis": "licensed", **options})
        hub = Hub("user/name", server.url, server.waits.append, server.told.append)  # type: ignore[attr-defined]
        return upload(settings, hub, check=check)

    return run


def _unchecked(folder: Path) -> list[str]:
    """The folders' promises are checked by the tests that are about them."""
    return []


def sent(server: LoopbackHub) -> dict[str, bytes]:
    return {name: data for name, data in server.commits[-1].items() if name != ".gitattributes"}


def on_disk(folder: Path) -> dict[str, bytes]:
    return {name: file.path.read_bytes() for name, file in local_files(folder).items()}


def columns(server: LoopbackHub, tmp_path: Path, *names: str) -> list[dict[str, Any]]:
    for name, data in sent(server).items():
        if name.startswith("data/"):
            (tmp_path / Path(name).name).write_bytes(data)
    return list(ds.dataset(sorted(map(str, tmp_path.glob("*.parquet")))).to_table(columns=list(names)).to_pylist())


# What is sent


def test_licensed_text_goes_out_byte_for_byte_and_the_tag_last(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path
) -> None:
    done = publish()
    assert sent(server) == on_disk(open_sample)
    assert server.tags == {"v1.0.0": 1}
    assert server.log[-1].endswith("/tag/" + LoopbackHub.oid(1))
    assert done.changed
    assert 'load_dataset("user/name", "topic", revision="v1.0.0")' in done.lines[-1]


def test_the_same_again_makes_no_commit(publish: Callable[..., Published], server: LoopbackHub) -> None:
    publish()
    again = publish()
    assert len(server.commits) == 2
    assert not again.changed
    assert "published already" in again.lines[0]


def test_only_what_changed_is_sent_and_what_is_gone_is_removed(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path
) -> None:
    publish()
    server.commits[-1]["data/old.parquet"] = b"old"
    server.commits[-1]["splits.json"] = b"{}"
    publish(tag="second")
    assert sent(server) == on_disk(open_sample)
    assert server.requests(r"PUT /lfs/") == len([n for n in sent(server) if n.endswith(".parquet")])


def test_a_version_with_other_content_is_refused(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path
) -> None:
    publish()
    other = tmp_path / "other"
    shutil.copytree(open_sample, other)
    (other / "README.md").write_text((other / "README.md").read_text() + "More.\n")
    before = len(server.commits)
    with pytest.raises(RuntimeError, match=r"v1\.0\.0 of user/name exists with other content \(0 new, 1 changed"):
        publish(dataset=other)
    assert len(server.commits) == before


@pytest.mark.parametrize("tag", ["v2.0.0", "v2", "2", "2.0", "v1", "1.0.0-rc1", "1.0.1+x"])
def test_a_tag_that_says_another_version_is_refused(publish: Callable[..., Published], tag: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"tag={tag} is not the version 1.0.0")):
        publish(tag=tag)


@pytest.mark.parametrize("tag", ["v1.0.0", "1.0.0", "2026", "2026-spring", "acl-2027", "version-of-record", "a/b"])
def test_a_tag_may_be_the_version_or_a_name(publish: Callable[..., Published], tag: str) -> None:
    assert publish(tag=tag, dry_run=True).lines[-1] == f"version    {tag}"


def test_only_files_of_a_dataset_are_sent(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(open_sample, own)
    (own / "CHANGELOG.md").write_text("1.0.0: first\n")
    (own / ".git").mkdir()
    (own / ".git" / "config").write_text("url = https://token@example.org")
    publish(dataset=own, check=verify, tag="first")
    assert set(sent(server)) == {*on_disk(open_sample), "CHANGELOG.md"}
    (own / "meine-notizen.txt").write_text("geheim")
    (own / "labels").mkdir()
    (own / "labels" / "people.jsonl").write_text("{}")
    assert verify(own) == [
        f"{name}: no file of a dataset; move it elsewhere" for name in ("labels/", "meine-notizen.txt")
    ]
    with pytest.raises(RuntimeError, match="labels/: no file of a dataset"):
        publish(dataset=own, check=verify)
    publish(dataset=own)  # not even unchecked
    assert set(sent(server)) == {*on_disk(open_sample), "CHANGELOG.md"}


def test_a_folder_that_breaks_a_promise_is_refused(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(open_sample, broken)
    (broken / "ledger.parquet").write_bytes((open_sample / next(iter((open_sample / "data").iterdir()))).read_bytes())
    with pytest.raises(RuntimeError, match=r"does not keep its promises: .*ledger"):
        publish(dataset=broken, check=verify)
    assert server.log == []


def test_no_dataset_folder_is_a_mistake_of_the_command(publish: Callable[..., Published], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no dataset folder"):
        publish(dataset=tmp_path)


# Rights


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"basis": None}, "rights.basis has to be named .*44b.*60d.*licensed"),
        ({"basis": "60"}, "rights.basis=60 is not known"),
        ({"basis": "44b", "content": "full"}, "44b UrhG does not allow"),
        ({"basis": "60d", "content": "full"}, "needs private=true or gated"),
        *(
            ({"repo": repo}, "must be USER/NAME")
            for repo in ("name", "u/a--b", "u/a..b", "u/a.git", "u/a-", "u/" + "a" * 97)
        ),
        *(({"tag": tag}, "is no name for a version") for tag in ("main", "a b", "a..b", "v1~2", "/a", "a/", "x.lock")),
    ],
)
def test_mistakes_are_named_before_anything_is_sent(
    publish: Callable[..., Published], server: LoopbackHub, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        publish(**options)
    assert server.log == []


@pytest.mark.parametrize("basis", ["44b", "60d"])
def test_without_a_licence_no_word_of_an_article_leaves(
    publish: Callable[..., Published], server: LoopbackHub, tmp_path: Path, basis: str
) -> None:
    publish(basis=basis)
    rows = columns(server, tmp_path, "id", "title", "teaser", "text", "keywords", "stance_target", "topic")
    assert len(rows) > 50
    assert all(row[name] is None for row in rows for name in ("title", "teaser", "text", "keywords", "stance_target"))
    card = sent(server)["README.md"].decode()
    assert "stub release" in card
    assert "Rights of this copy" in card


@pytest.mark.parametrize("how", [{"private": True}, {"gated": "auto"}])
def test_under_60d_full_text_goes_to_a_closed_repository_with_a_note(
    publish: Callable[..., Published], server: LoopbackHub, tmp_path: Path, how: dict[str, Any]
) -> None:
    publish(basis="60d", **how)
    assert all(row["text"] for row in columns(server, tmp_path, "text"))
    assert "Sharing ends when the project ends" in sent(server)["README.md"].decode()
    assert server.settings["private"] is bool(how.get("private"))
    assert server.settings.get("gated", False) == how.get("gated", False)


def test_gating_asks_for_terms(publish: Callable[..., Published], server: LoopbackHub) -> None:
    publish(gated="manual")
    assert "extra_gated_prompt:" in sent(server)["README.md"].decode()
    assert server.settings["gated"] == "manual"


@pytest.mark.parametrize(
    ("before", "after", "setting"),
    [({}, {"private": True}, "private"), ({"gated": "auto"}, {"gated": "manual"}, "gated")],
)
def test_what_is_published_already_can_be_closed(
    publish: Callable[..., Published], server: LoopbackHub, before: Any, after: Any, setting: str
) -> None:
    publish(**before)
    publish(**after, dry_run=True)
    assert server.settings.get(setting) != after[setting]
    assert not publish(**after).changed
    assert server.settings[setting] == after[setting]


@pytest.mark.parametrize("how", [{"private": True}, {"gated": "auto"}])
def test_a_server_that_leaves_it_open_gets_nothing(
    publish: Callable[..., Published], server: LoopbackHub, how: dict[str, Any]
) -> None:
    server.ignores_settings = True
    with pytest.raises(HubError, match=r"open to everybody|did not make"):
        publish(basis="60d", **how)
    assert len(server.commits) == 1
    assert server.lfs == {}


def test_reserved_text_stays_out_and_the_ledger_says_so(
    publish: Callable[..., Published], server: LoopbackHub, sample: Path, tmp_path: Path
) -> None:
    reserved = [r["id"] for r in ds.dataset(sample / "data").to_table().to_pylist() if r["tdm_reserved"]]
    assert reserved
    done = publish(dataset=sample, check=verify)
    rows = columns(server, tmp_path, "id", "tdm_reserved")
    assert not any(row["tdm_reserved"] for row in rows)
    assert f"left out   {len(reserved)} tdm_reserved" in done.lines
    assert f"{len(reserved)} articles of the build are not in this copy" in sent(server)["README.md"].decode()


def test_a_stub_keeps_the_rows_of_reserved_articles(
    publish: Callable[..., Published], server: LoopbackHub, sample: Path, tmp_path: Path
) -> None:
    publish(dataset=sample, basis="44b")
    assert any(row["tdm_reserved"] for row in columns(server, tmp_path, "id", "tdm_reserved"))


@pytest.mark.parametrize("basis", ["licensed", "44b"])
def test_a_takedown_list_is_applied_and_kept_as_hashes_only(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path, basis: str
) -> None:
    row = ds.dataset(open_sample / "data").to_table(columns=["id", "url"]).to_pylist()[0]
    (tmp_path / "list.txt").write_text(row["url"] + "\n")
    (tmp_path / "data").mkdir()
    publish(basis=basis, takedown=tmp_path / "list.txt", check=verify)
    assert row["id"] not in [r["id"] for r in columns(server, tmp_path / "data", "id")]
    everything = b"".join(data for name, data in sent(server).items() if not name.endswith(".parquet"))
    assert row["url"].encode() not in everything
    manifest = orjson.loads(sent(server)["manifest.json"])
    assert manifest["takedown_sha256"] == [hashlib.sha256(row["url"].encode()).hexdigest()]
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "ledger.parquet").write_bytes(sent(server)["ledger.parquet"])
    entries = ds.dataset(tmp_path / "ledger").to_table().to_pylist()
    (entry,) = [e for e in entries if e["id"] == row["id"] and e["reason"] == "takedown"]
    assert (entry["outcome"], entry["stage"], entry["url"]) == ("dropped", "publish", None)


@pytest.mark.parametrize("basis", ["licensed", "44b"])
def test_no_page_of_a_publisher_that_was_taken_down_is_in_the_ledger(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path, basis: str
) -> None:
    ledger = pq.read_table(open_sample / "ledger.parquet").to_pylist()
    host = min(r["url"].split("/")[2] for r in ledger if r["url"] and r["outcome"] != "kept").removeprefix("www.")
    assert any(host in (row["url"] or "") for row in ledger if row["reason"] != "takedown")
    (tmp_path / "list.txt").write_text(host + "\n")
    publish(basis=basis, takedown=tmp_path / "list.txt", check=verify)
    (tmp_path / "ledger.parquet").write_bytes(sent(server)["ledger.parquet"])
    sent_rows = pq.read_table(tmp_path / "ledger.parquet").to_pylist()
    assert len(sent_rows) == len(ledger)
    assert not [row for row in sent_rows if host in (row["url"] or "")]


def test_entries_of_a_takedown_list_that_hit_nothing_are_told_and_earlier_ones_are_kept(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path
) -> None:
    shutil.copytree(open_sample, tmp_path / "dataset")
    manifest = orjson.loads((tmp_path / "dataset" / "manifest.json").read_bytes())
    earlier = hashlib.sha256(b"https://frueher.example/a").hexdigest()
    (tmp_path / "dataset" / "manifest.json").write_bytes(orjson.dumps(manifest | {"takedown_sha256": [earlier]}))
    row = ds.dataset(open_sample / "data").to_table(columns=["id"]).to_pylist()[0]
    (tmp_path / "list.txt").write_text(f"https://frueher.example/a\n{row['id']}\nziet.de\n")
    done = publish(dataset=tmp_path / "dataset", takedown=tmp_path / "list.txt")
    assert "note: takedown: 1 of 3 entries match no article (line 3)" in done.lines
    hashes = orjson.loads(sent(server)["manifest.json"])["takedown_sha256"]
    assert earlier in hashes
    assert len(hashes) == 3


def test_a_list_that_the_build_had_hits_nothing_more_and_none_of_its_pages_is_named(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("rheinblick.example\n")
    shutil.copytree(open_sample, tmp_path / "dataset")
    path = tmp_path / "dataset" / "manifest.json"
    manifest = orjson.loads(path.read_bytes())
    manifest["config"]["takedown"] = "sha256:" + hashlib.sha256(listed.read_bytes()).hexdigest()
    rows = pq.read_table(open_sample / "ledger.parquet").to_pylist()
    # As a build with the list leaves them: without URL, whatever they were left out for.
    gone = {row["id"]: Gone("takedown", "publisher") for row in rows if "rheinblick" in (row["url"] or "")}
    derive(open_sample, tmp_path / "built", Change(gone=gone, manifest=lambda made: made | manifest), describe)
    ledger = pq.read_table(tmp_path / "built" / "ledger.parquet")
    urls = [None if "rheinblick" in (url or "") else url for url in ledger.column("url").to_pylist()]
    table = ledger.set_column(ledger.schema.get_field_index("url"), ledger.schema.field("url"), [urls])
    assert sum("rheinblick" in source for source in table.column("source").to_pylist()) > len(gone) / 2
    pq.write_table(table, tmp_path / "built" / "ledger.parquet")
    done = publish(dataset=tmp_path / "built", takedown=listed)
    assert not [line for line in done.lines if line.startswith("note: ")]
    (tmp_path / "sent.parquet").write_bytes(sent(server)["ledger.parquet"])
    found = pq.read_table(tmp_path / "sent.parquet").to_pylist()
    assert "rheinblick" not in str(found)
    assert "rheinblick" not in sent(server)["report.html"].decode()
    assert len({row["source"] for row in found}) == len(found) == len(rows)
    assert [row["source"] for row in found] == sorted(row["source"] for row in found)
    assert {row["source"] for row in found if row["url"]} <= {row["source"] for row in rows}


def test_words_of_the_card_that_would_be_lost_are_told(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(open_sample, tmp_path / "dataset")
    assert not [line for line in publish(dataset=folder, basis="44b", dry_run=True).lines if "edited" in line]
    path = folder / "README.md"
    path.write_text(path.read_text("utf-8").replace("### Recommendations\n", "### Recommendations\n\nLies erst das.\n"))
    (told,) = [line for line in publish(dataset=folder, basis="44b", dry_run=True).lines if "edited" in line]
    assert told.startswith("note: README.md has been edited")
    assert "publish.card=" in told
    as_it_is = publish(dataset=folder)
    assert not [line for line in as_it_is.lines if "edited" in line]
    assert "Lies erst das." in sent(server)["README.md"].decode()


@pytest.mark.parametrize("gone", [False, True])
def test_a_stub_is_published_as_it_was_built(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, tmp_path: Path, gone: bool
) -> None:
    release_stub(open_sample, tmp_path / "stub")
    ids = [row["id"] for row in pq.read_table(tmp_path / "stub" / SIGNATURES).to_pylist()]
    options: dict[str, Any] = {}
    if gone:
        (tmp_path / "list.txt").write_text(ids.pop(3) + "\n")
        options["takedown"] = tmp_path / "list.txt"
    publish(dataset=tmp_path / "stub", basis="44b", check=verify, **options)
    (tmp_path / SIGNATURES).write_bytes(sent(server)[SIGNATURES])
    assert [row["id"] for row in pq.read_table(tmp_path / SIGNATURES).to_pylist()] == ids
    assert "Rights of this copy" in sent(server)["README.md"].decode()


# Failures


def test_a_dry_run_changes_nothing_and_says_what_would_happen(
    publish: Callable[..., Published], server: LoopbackHub
) -> None:
    done = publish(dry_run=True)
    assert done.lines[0] == "dry run, nothing is sent"
    assert any(line.startswith("  + data/train-") for line in done.lines)
    assert all(line.startswith(("GET", "HEAD")) for line in server.log)


def test_a_dry_run_works_without_a_server(publish: Callable[..., Published], server: LoopbackHub) -> None:
    server.url = "http://127.0.0.1:9"
    lines = publish(dry_run=True).lines
    assert "the server was not reached" in lines[-1]
    assert lines[1].startswith("repository user/name: not looked at, ")


@pytest.mark.parametrize(
    ("failure", "waits"),
    [
        (Failure("POST", "/commit/", 500), [1.0]),
        (Failure("POST", "/commit/", 429, headers={"Retry-After": "7"}), [7.0]),
        (Failure("POST", "/commit/", 412), [1.0]),
        (Failure("POST", "/commit/", 0), [1.0]),
        (Failure("POST", "/commit/", 0, done=True), [1.0]),
        (Failure("POST", "/tag/", 500), [1.0]),
        (Failure("POST", "/tag/", 0, done=True), [1.0]),
        (Failure("POST", "/commit/", 503, times=3), [1.0, 2.0, 4.0]),
        (Failure("POST", "/preupload/", 503), []),  # the client's own patience
        (Failure("POST", "/lfs/objects/batch", 500), []),
        (Failure("POST", "/repos/create", 500), [1.0]),
    ],
    ids=lambda value: f"{value.method} {value.path} {value.status}" if isinstance(value, Failure) else "",
)
def test_what_passes_is_tried_again(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path, failure: Failure, waits: list[float]
) -> None:
    server.failures = [failure]
    publish()
    assert sent(server) == on_disk(open_sample)
    assert server.tags == {"v1.0.0": 1}
    assert len(server.commits) == 2
    assert server.waits == waits  # type: ignore[attr-defined]


def test_an_upload_that_is_cut_in_a_file_goes_on(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path
) -> None:
    server.failures = [Failure("PUT", "/lfs/", 0)]
    publish()
    assert sent(server) == on_disk(open_sample)


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (Failure("POST", "/repos/create", 401), "401, the server does not accept the token"),
        (Failure("POST", "/repos/create", 403), "403, the token may not write to user/name"),
        (Failure("POST", "/commit/", 403), "403, the token may not write"),
        (Failure("POST", "/commit/", 404), "404, there is no user/name for this token"),
        (Failure("POST", "/commit/", 412, times=99), "412, somebody else keeps committing"),
        (Failure("POST", "/commit/", 429, times=99), "429, the server wants fewer requests"),
        (Failure("POST", "/commit/", 500, times=99), "500, "),
        (Failure("POST", "/commit/", 0, times=99), "could not upload"),
        (Failure("POST", "/tag/", 409, times=99), "409, something else with that name"),
    ],
    ids=lambda value: f"{value.path} {value.status}" if isinstance(value, Failure) else "",
)
def test_what_stays_is_one_clear_line_without_token_and_without_version(
    publish: Callable[..., Published], server: LoopbackHub, failure: Failure, message: str
) -> None:
    server.failures = [failure]
    with pytest.raises(HubError, match=message) as caught:
        publish()
    assert server.tags == {}
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value) + "".join(server.told)  # type: ignore[attr-defined]


def test_after_a_failure_the_same_command_sends_only_what_is_missing(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path
) -> None:
    server.failures = [Failure("POST", "/commit/", 500, times=5)]
    with pytest.raises(HubError):
        publish()
    before = server.requests("PUT /lfs/")
    publish()
    assert before
    assert server.requests("PUT /lfs/") == before
    assert sent(server) == on_disk(open_sample)


def test_a_commit_by_somebody_else_meanwhile_is_built_upon(
    publish: Callable[..., Published], server: LoopbackHub, open_sample: Path
) -> None:
    publish(tag="first")
    server.commits.append({**server.commits[-1], "notes.txt": b"theirs"})
    publish()
    assert sent(server) == on_disk(open_sample)
    assert server.tags == {"first": 1, "v1.0.0": 3}


# The difference of two sets of files


def local(content: bytes) -> LocalFile:
    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return LocalFile(Path("x"), len(content), hashlib.sha256(content).hexdigest(), git)


def test_difference_compares_large_files_by_content_and_others_as_git_does() -> None:
    one, two = local(b"one"), local(b"two")
    files = {"a": one, "b": one, "c": two, "d": two}
    remote = {
        "a": RemoteFile(one.oid),
        "b": RemoteFile("pointer", two.sha256),
        "c": RemoteFile("pointer", two.sha256),
        "e": RemoteFile(one.oid),
        ".gitattributes": RemoteFile("x"),
    }
    assert difference(files, remote) == Difference(("d",), ("b",), ("e",), 6)
    assert not difference({"a": one}, {"a": RemoteFile(one.oid)})


def test_git_ids_are_those_of_git(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_bytes(b"hello\n")
    (tmp_path / ".hidden").write_bytes(b"")
    files = local_files(tmp_path)
    assert list(files) == ["LICENSE"]
    assert files["LICENSE"].oid == "ce013625030ba8dba906f756967f9e9ca394464a"


# The command


def run_publish(*arguments: str, url: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {"HF_ENDPOINT": url, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}
    return run_script("publish", *arguments, env={**environment, **env})


def test_the_command_never_prints_a_token(open_sample: Path, server: LoopbackHub) -> None:
    arguments = (f"dir={open_sample}", "repo=user/name", "rights.basis=licensed")
    server.failures = [Failure("POST", "/commit/", 400, times=99, body="Bearer")]
    done = run_publish(*arguments, url=server.url, PRESSESCHAU_TRACEBACK="1", HF_HUB_VERBOSITY="debug")
    assert done.returncode == 1
    assert TOKEN not in done.stdout + done.stderr
    server.failures = []
    done = run_publish(*arguments, url=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no bars where nobody looks
    assert TOKEN not in done.stdout + done.stderr


def test_the_command_names_the_choices(sample: Path, server: LoopbackHub) -> None:
    done = run_publish(f"dir={sample}", "repo=user/name", url=server.url)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    for choice in ("44b", "60d", "licensed"):
        assert f"rights.basis={choice}" in done.stderr
    assert server.log == []


@pytest.mark.shared
def test_what_was_published_loads_from_a_hub(open_sample: Path, minihub: str, tmp_path: Path) -> None:
    """Upload, load, stream and compare bytes over HTTP, through `datasets` with fresh caches."""
    done = run_publish(f"dir={open_sample}", "repo=user/news", "rights.basis=licensed", "tag=v1.0.0", url=minihub)
    assert done.returncode == 0, done.stderr
    code = f"""
from datasets import load_dataset
from pathlib import Path
import urllib.request
data = load_dataset("user/news", "topic", revision="v1.0.0")
rows = load_dataset({str(open_sample)!r}, "topic", cache_dir={str(tmp_path / "other")!r})
assert {{s: d.to_list() for s, d in data.items()}} == {{s: d.to_list() for s, d in rows.items()}}
stream = load_dataset("user/news", "stance", revision="v1.0.0", split="train", streaming=True)
assert all(row["stance"] >= 0 for row in stream)
for path in sorted(Path({str(open_sample)!r}).rglob("*")):
    if path.is_file():
        name = path.relative_to({str(open_sample)!r}).as_posix()
        with urllib.request.urlopen("{minihub}/datasets/user/news/resolve/v1.0.0/" + name) as answer:
            assert answer.read() == path.read_bytes(), name
print("equal")
"""
    environment = {**os.environ, "HF_ENDPOINT": minihub, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}
    loaded = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert loaded.stdout == "equal\n", loaded.stderr
