"""The language model as a classifier, over real HTTP, against a loopback server that also misbehaves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from conftest import run_script
from presseschau.annotation.llm import Llm, LlmError
from presseschau.benchmark.models.zero_shot import ZeroShot
from presseschau.benchmark.run import run
from test_benchmark_load import article, dataset
from test_benchmark_models import corpus, part
from test_benchmark_run import settings
from test_llm import KEY, Server, completion, reset, says, serving, torn

pytest.importorskip("httpx", reason="needs the extra llm")

NEUTRAL = {
    "topic": "ai", "topic_secondary": None, "topic_certainty": 3, "genre": "news", "genre_certainty": 2,
    "stance_target": None, "stance_target_type": None, "stance": "neutral", "stance_certainty": 1, "evidence": [],
}  # fmt: skip


def knows(
    server: list[Server], answer: Callable[[str], dict[str, Any] | str]
) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers by the text it is asked about."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        asked = server[0].requests[-1]["messages"][1]["content"]
        says(completion(answer(json.loads(asked)["text"])))(handler)

    return act


def reads(text: str) -> dict[str, Any] | str:
    """Tells hardware from software by a word; of every fourth article it says nothing that can be used."""
    number = int(re.findall(r"\d+", text)[0])
    return "Keine Ahnung." if number % 4 == 3 else NEUTRAL | {"topic": "ai" if "Chatbot" in text else "hardware"}


def published(folder: Path) -> Path:
    def rows(count: int, start: int) -> list[dict[str, Any]]:
        words = ("Grafikkarte", "Chatbot")
        return [
            article(i, text=f"Ausgabe {i}: {words[i % 2]} im Test", topic=i % 2, topic_source="rules")
            for i in range(start, start + count)
        ]

    return dataset(
        folder, {"train": rows(8, 0), "validation": rows(4, 20), "test": rows(12, 40), "test_temporal": rows(4, 60)}
    )


def options(data: Path, url: str, folder: Path, *more: str) -> list[str]:
    return [f"dataset.path={data}", "model=zero_shot", "model.llm.model=m", f"model.llm.base_url={url}",
            f"model.llm.cache_dir={folder / 'cache'}", "model.llm.backoff=0.01", f"output.dir={folder / 'out'}",
            "model.llm.price_input=2", "model.llm.price_output=4", "model.llm.concurrency=1", *more]  # fmt: skip


def test_nothing_is_sent_unless_it_is_switched_on(tmp_path: Path) -> None:
    with serving(says(completion(NEUTRAL))) as server:
        outcome = run(settings(*options(published(tmp_path / "d"), server.url, tmp_path)))
    assert outcome.results is None
    assert "16 articles, 16 to ask about" in outcome.told
    assert re.search(r"about [\d,]+ tokens out, [\d,]+ back, cost 0\.\d+", outcome.told)
    assert "nothing was sent; model.llm.enabled=true sends" in outcome.told
    assert server.requests == []
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "cache").exists()


def test_answers_and_abstentions_are_counted_and_kept(tmp_path: Path) -> None:
    data, servers = published(tmp_path / "d"), list[Server]()
    with serving(knows(servers, reads)) as server:
        servers.append(server)
        outcome = run(settings(*options(data, server.url, tmp_path, "model.llm.enabled=true")))
        assert len(server.requests) == 16 + 4  # each unusable answer was asked for once more
        again = run(settings(*options(data, server.url, tmp_path, "model.llm.enabled=true", "model.llm.timeout=9")))
        assert again.reused
        anew = run(settings(*options(data, server.url, tmp_path, "model.llm.enabled=true", "clean=true")))
        assert len(server.requests) == 20  # answered from the cache
    found = outcome.results
    assert found is not None
    assert anew.results is not None
    assert list(found["metrics"]) == ["test", "test_temporal"]
    assert found["validation"] is None
    assert found["masked"] is None  # neither validation nor masked texts are paid for
    test = found["metrics"]["test"]
    assert (test["articles"], test["abstained"], test["accuracy"]) == (12, 3, 0.75)
    assert test["per_class"]["ai"] == {"precision": 1.0, "recall": 0.5, "f1": 0.666667, "support": 6}
    assert test["per_class"]["hardware"]["f1"] == 1.0
    assert test["ece"] == pytest.approx(0.1, abs=1e-5)  # of the answers alone
    assert found["measured"]["spent"]["sent"] == 20
    assert found["measured"]["spent"]["cost"] == pytest.approx(20 * (1000 * 2 + 100 * 4) / 1e6)
    assert anew.results["measured"]["spent"]["sent"] == 0
    assert anew.results["metrics"] == found["metrics"]
    table = pq.read_table(outcome.folder / "predictions.parquet").to_pylist()
    assert sum(row["predicted"] is None and not row["correct"] for row in table) == 4
    assert KEY not in json.dumps(found)
    assert server.url not in json.dumps(found)


def test_a_server_that_misbehaves_is_asked_again(tmp_path: Path) -> None:
    servers = list[Server]()
    trouble = [says(b"", 503), torn, reset, says(b"<html>", 200), says(b"", 429, Retry_After="0")]
    with serving(*trouble, knows(servers, reads)) as server:
        servers.append(server)
        model = ZeroShot(llm(server.url, tmp_path))
        test = part(corpus(), "test")
        model.fit(part(corpus(), "train"), None, 0)
        sure = model.predict_proba(test)
    assert sure.shape == (15, 3)
    assert set(sure.sum(axis=1).round(6)) == {0.0, 1.0}
    assert (model.spent["sent"], model.spent["retried"]) == (15 + 4, 5)


def llm(url: str, folder: Path, **more: Any) -> Llm:
    return Llm(
        **{
            "enabled": True,
            "base_url": url,
            "model": "m",
            "cache_dir": folder,
            "backoff": 0.01,
            "concurrency": 1,
            **more,
        }
    )


def test_a_refusal_or_no_answer_ends_the_run_and_keeps_what_was_answered(tmp_path: Path) -> None:
    data, servers = published(tmp_path / "d"), list[Server]()
    with serving(says(b'{"error": "no such model"}', 404)) as server:
        done = run_script("benchmark", *options(data, server.url, tmp_path, "model.llm.enabled=true"))
    assert done.returncode == 1
    assert "no such model" in done.stderr.splitlines()[-1]
    failing = [says(b"", 500)] * 2
    with serving(knows(servers, reads), *failing, knows(servers, reads)) as server:
        servers.append(server)
        more = ("model.llm.enabled=true", "model.llm.attempts=2")
        done = run_script("benchmark", *options(data, server.url, tmp_path, *more))
        assert done.returncode == 1
        assert "1 articles got no answer; the same command goes on" in done.stderr.splitlines()[-1]
        before = len(server.requests)
        done = run_script("benchmark", *options(data, server.url, tmp_path, *more))
        assert (done.returncode, "abstained" in done.stdout) == (0, True), done.stderr
        assert len(server.requests) - before < 16
        assert "articles, " in done.stderr  # the estimate, before anything is sent


def test_it_is_not_ranked_against_its_own_labels_and_finds_its_own_target(tmp_path: Path) -> None:
    model = ZeroShot(Llm(model="m"))
    assert model.made("llm", f"rules/1+{model.llm.labeler}")
    assert not model.made("llm", "rules/1+llm/other/1")
    assert not model.made("rules", "rules/1")
    plus = ZeroShot(replace(model.llm, model="lab/klein+"))
    assert plus.made("llm", f"rules/1+{plus.llm.labeler}")
    assert not plus.made("llm", f"rules/1+{model.llm.labeler}")
    whole = corpus("stance", size=6)
    favor = NEUTRAL | {"stance": "favor", "stance_target": "Gerät 0", "stance_target_type": "product"}
    with serving(says(completion(favor))) as server:
        asked = ZeroShot(llm(server.url, tmp_path))
        assert asked.targets(whole.examples(whole.splits["train"][:2], part(whole, "train").fields)) == ["Gerät 0"] * 2


def test_an_endpoint_that_stays_away_is_one_line(tmp_path: Path) -> None:
    model = ZeroShot(llm("http://127.0.0.1:9/v1", tmp_path, attempts=1))
    with pytest.raises(LlmError, match=r"does not answer|got no answer"):
        model.predict_proba(part(corpus(), "test"))
