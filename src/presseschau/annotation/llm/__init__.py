"""Labels by a language model behind any OpenAI-compatible chat endpoint; a step of its own, never part of a build.

Nothing is sent unless `enabled`. Every answer is kept on disk by what was asked, so a run that was killed goes on where
it stopped, and the same run again needs no network and writes the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import orjson

from presseschau.annotation.articles import Article
from presseschau.annotation.human import HumanLabel
from presseschau.annotation.llm.cache import Cache, question_key
from presseschau.annotation.llm.endpoint import Endpoint, Llm, LlmError, Tally
from presseschau.annotation.llm.prompt import PROMPT_VERSION, Answer, answer_schema, check, complaint, messages
from presseschau.label.scheme import Scheme

__all__ = ["Estimate", "Llm", "LlmError", "Tally", "annotate", "cost_told", "estimate"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would send: requests (one per article; a second try would come on top), tokens, cost."""

    articles: int
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None

    def told(self, llm: Llm, options: str) -> str:
        """The same in words; `options` is what the model's options begin with, for those that name its prices."""
        return (
            f"{self.articles:,} articles, {self.requests:,} to ask about, the rest is in {llm.cache_dir}; about "
            f"{self.prompt_tokens:,} tokens out, {self.completion_tokens:,} back, {cost_told(self.cost, options)}"
        )


def cost_told(cost: float | None, options: str) -> str:
    """A cost in words, or which options would tell it."""
    return f"cost unknown ({options}.price_input, price_output)" if cost is None else f"cost {cost:.4f}"


def estimate(llm: Llm, articles: Iterable[Article], scheme: Scheme) -> Estimate:
    """Counts what `annotate` would send; sends nothing. Tokens are estimated from characters."""
    cache, total, requests, characters = Cache(llm.cache_dir), 0, 0, 0
    overhead = len(orjson.dumps(answer_schema(scheme))) if llm.response_format == "json_schema" else 0
    for article in articles:
        total += 1
        conversation = messages(article.document, scheme, llm.max_chars)
        if cache.get(question_key(llm.request(conversation, scheme), PROMPT_VERSION)) is None:
            requests += 1
            characters += overhead + sum(len(m["content"]) for m in conversation)
    sent, received = round(characters / llm.chars_per_token), requests * min(llm.max_tokens, 150)
    return Estimate(total, requests, sent, received, llm.cost(sent, received))


def annotate(
    llm: Llm,
    articles: Iterable[Article],
    scheme: Scheme,
    progress: Callable[[Tally], None] = lambda _tally: None,
) -> tuple[list[HumanLabel], Tally]:
    """Asks the model about each article that the cache has no answer for.

    Args:
        llm: The model; must be enabled.
        articles: The articles; only as many as are under way are held in memory.
        scheme: The label scheme; instructions and form of the answer are made from it.
        progress: Is told the tally after each article.

    Returns:
        A label for each article on which the model does not abstain altogether, in order of id, and the tally.

    Raises:
        LlmError: The endpoint refuses (wrong key, model, address), or httpx is not installed.
        ValueError: The model is not enabled.
    """
    if not llm.enabled:
        raise ValueError("label.llm.enabled is false: nothing is sent")
    tally, labels = Tally(), list[HumanLabel]()
    with Endpoint.open(llm, tally) as endpoint:
        failed_in_a_row = 0
        for article, answer in _in_order_of_arrival(endpoint, articles, scheme):
            tally.articles += 1
            if answer is None:
                tally.unanswered.append(article.id)
                failed_in_a_row += 1
                if failed_in_a_row > 2 * llm.concurrency:
                    raise LlmError(
                        f"{llm.address} does not answer ({tally.trouble}); the same command goes on where it stopped"
                    )
            else:
                failed_in_a_row = 0
                for task in answer.problems:
                    tally.abstained[task] += 1
                if answer.labels:
                    labels.append(_label(llm, article, answer))
            progress(tally)
    tally.unanswered.sort()
    return sorted(labels, key=lambda x: x.id), tally


def _label(llm: Llm, article: Article, answer: Answer) -> HumanLabel:
    return HumanLabel(
        id=article.id,
        text_sha256=article.text_sha256,
        labels=answer.labels,
        confidence=answer.confidence,
        evidence=answer.evidence,
        purpose="none",
        annotators={llm.model or "": answer.labels},
        aggregate=dict.fromkeys(answer.confidence, "llm"),
        source="llm",
        labeler=llm.labeler,
    )


def _ask(endpoint: Endpoint, article: Article, scheme: Scheme) -> Answer | None:
    """The model's answer, after one second try at most; None where the request failed."""
    conversation = messages(article.document, scheme, endpoint.llm.max_chars)
    reply = endpoint.reply(endpoint.llm.request(conversation, scheme))
    if reply is None:
        return None
    answer = check(reply.content, article.document, scheme)
    if not answer.problems:
        return answer
    endpoint.count(second_tries=1)
    told = [
        *conversation,
        {"role": "assistant", "content": reply.content},
        {"role": "user", "content": complaint(answer)},
    ]
    reply = endpoint.reply(endpoint.llm.request(told, scheme))
    return None if reply is None else check(reply.content, article.document, scheme)


def _in_order_of_arrival(
    endpoint: Endpoint, articles: Iterable[Article], scheme: Scheme
) -> Iterator[tuple[Article, Answer | None]]:
    """Asks about the articles, so many at once; they are read no faster than they are done."""
    concurrency = endpoint.llm.concurrency
    pool, waiting = ThreadPoolExecutor(concurrency), dict[Future[Answer | None], Article]()
    try:
        for article in articles:
            waiting[pool.submit(_ask, endpoint, article, scheme)] = article
            if len(waiting) >= 2 * concurrency:
                yield from _finished(waiting)
        while waiting:
            yield from _finished(waiting)
    except BaseException as error:
        endpoint.stop()
        if not isinstance(error, LlmError):
            endpoint.client.close()  # an interrupt waits for no answer
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finished(waiting: dict[Future[Answer | None], Article]) -> Iterator[tuple[Article, Answer | None]]:
    done = wait(waiting, return_when=FIRST_COMPLETED).done
    for future in sorted(done, key=lambda f: f.exception() is None):  # a refusal says more than what it stopped
        yield waiting.pop(future), future.result()
