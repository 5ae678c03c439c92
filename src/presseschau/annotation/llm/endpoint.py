"""A chat endpoint over HTTP: its settings, and one answer per question whatever the server does meanwhile."""

from __future__ import annotations

import os
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson

from presseschau.annotation.llm.cache import Cache, Reply, question_key
from presseschau.annotation.llm.prompt import PROMPT_VERSION, answer_schema
from presseschau.label.scheme import Scheme
from presseschau.schema import TASKS

if TYPE_CHECKING:
    import httpx

_PASSING = (408, 409, 425, 429)  # and all of 5xx: another try may do
_MAX_BYTES = 4_000_000
_MAX_WAIT = 120.0


class LlmError(RuntimeError):
    """The endpoint can't be used; the message is one line and never holds the key."""


@dataclass(frozen=True, slots=True)
class Llm:
    """A language model as an annotator.

    Attributes:
        enabled: False only counts and estimates; nothing is sent.
        base_url: The endpoint up to and without `/chat/completions`: `https://api.example.org/v1`.
        model: Its name there.
        key_env: Name of the environment variable that holds the key; a server without keys needs none.
        cache_dir: Where answers are kept.
        response_format: How the form of the answer is asked for; not every server knows `json_schema`.
        temperature: 0 for the most likely answer.
        max_tokens: Of an answer.
        seed: Sent where it is not None.
        max_chars: Of the text that is sent; what follows is background.
        concurrency: Requests under way at once.
        timeout: Seconds for one request as a whole.
        attempts: Tries of one request before the run gives it up.
        backoff: Seconds before the second try; doubled with each further one, up to two minutes.
        price_input: Per million tokens sent, for the cost; None where unknown.
        price_output: Per million tokens received.
        chars_per_token: For the estimate; German text has three to four.
    """

    enabled: bool = False
    base_url: str | None = None
    model: str | None = None
    key_env: str = "LLM_API_KEY"
    cache_dir: Path = Path("data/llm")
    response_format: Literal["json_schema", "json_object", "none"] = "json_schema"
    temperature: float = 0.0
    max_tokens: int = 600
    seed: int | None = 0
    max_chars: int = 6000
    concurrency: int = 4
    timeout: float = 60.0
    attempts: int = 6
    backoff: float = 1.0
    price_input: float | None = None
    price_output: float | None = None
    chars_per_token: float = 3.3

    def __post_init__(self) -> None:
        """Checks the ranges."""
        for name in ("max_tokens", "max_chars", "concurrency", "attempts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} must be at least 1")
        for name in ("timeout", "chars_per_token"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}={getattr(self, name)} must be above 0")
        if self.backoff < 0:
            raise ValueError(f"backoff={self.backoff} must not be negative")
        if not self.model:
            raise ValueError("model is missing: the name of the model at the endpoint")
        if self.enabled and not (self.base_url or "").startswith(("http://", "https://")):
            raise ValueError(f"base_url={self.address} must begin with http:// or https://")

    @property
    def address(self) -> str:
        """The endpoint for messages, without the name and password that may stand in it."""
        return re.sub(r"^([a-z]+://)?.*@", r"\1", self.base_url or "")

    @property
    def labeler(self) -> str:
        """Name and version as in the column `labeler`."""
        return f"llm/{self.model}/{PROMPT_VERSION}"

    def request(self, conversation: list[dict[str, str]], scheme: Scheme) -> dict[str, Any]:
        """The body of a request."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": conversation,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
        }
        if self.seed is not None:
            body["seed"] = self.seed
        if self.response_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        elif self.response_format == "json_schema":
            schema = {"name": "labels", "strict": True, "schema": answer_schema(scheme)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """In the currency of the prices; None where they are unknown."""
        if self.price_input is None or self.price_output is None:
            return None
        return (prompt_tokens * self.price_input + completion_tokens * self.price_output) / 1e6


@dataclass(slots=True)
class Tally:
    """What a run asked and got.

    Attributes:
        articles: Articles asked about.
        sent: Requests that were answered now; the rest came from the cache.
        retried: Requests that had to be tried again.
        second_tries: Answers that could not be used and were asked for again.
        abstained: Task → articles without a usable answer after the second try.
        prompt_tokens: Sent now, as the endpoint counts.
        completion_tokens: Received now.
        unanswered: Ids of articles whose requests failed; the same command tries them again.
        trouble: What was wrong with the last request that failed, one line; empty where none did.
    """

    articles: int = 0
    sent: int = 0
    retried: int = 0
    second_tries: int = 0
    abstained: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TASKS, 0))
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unanswered: list[str] = field(default_factory=list)
    trouble: str = ""


@dataclass(slots=True)
class Endpoint:
    """The chat endpoint with its cache: back-off that all threads share, one answer per question.

    Attributes:
        llm: The config.
        client: The connection pool.
        cache: The answers so far.
        tally: Is told what was sent.
    """

    llm: Llm
    client: httpx.Client
    cache: Cache
    tally: Tally
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _not_before: float = 0.0
    _closed: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def open(cls, llm: Llm, tally: Tally) -> Endpoint:
        """Opens the connection pool.

        Raises:
            LlmError: httpx is not installed, or the key can't be one.
        """
        try:
            import httpx
        except ImportError:
            raise LlmError("the language-model annotator needs httpx: pip install 'presseschau[llm]'") from None
        key = os.environ.get(llm.key_env, "").strip()
        if not all("!" <= char <= "~" for char in key):  # what a header can't hold would be quoted in the error
            raise LlmError(f"the key in {llm.key_env} holds white space or letters beyond ASCII: set it anew")
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
        client = httpx.Client(headers=headers, timeout=llm.timeout, follow_redirects=False)
        return cls(llm, client, Cache(llm.cache_dir), tally)

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.client.close()

    def stop(self) -> None:
        """Sends nothing more and ends pauses."""
        self._closed.set()

    def count(self, **more: int) -> None:
        """Adds to the tally."""
        with self._lock:
            for name, n in more.items():
                setattr(self.tally, name, getattr(self.tally, name) + n)

    def reply(self, request: dict[str, Any]) -> Reply | None:
        """The answer to a request, from the cache or the endpoint; None where all attempts failed.

        Raises:
            LlmError: The endpoint refuses in a way that no further try will change.
        """
        key = question_key(request, PROMPT_VERSION)
        kept = self.cache.get(key)
        if kept is not None:
            return kept
        body = orjson.dumps(request)
        for attempt in range(self.llm.attempts):
            self._wait()
            if self._closed.is_set():
                return None
            if attempt:
                self.count(retried=1)
            found, pause = self._send(body)
            if found is not None:
                self.cache.put(key, request, found)
                self.count(sent=1, prompt_tokens=found.prompt_tokens, completion_tokens=found.completion_tokens)
                return found
            self._pause(pause if pause is not None else self.llm.backoff * 2**attempt)
        return None

    def _send(self, body: bytes) -> tuple[Reply | None, float | None]:
        """One try: the answer, or None and the seconds that the endpoint asks to wait, where it does."""
        import httpx

        url = f"{(self.llm.base_url or '').rstrip('/')}/chat/completions"
        end, data = time.monotonic() + self.llm.timeout, bytearray()
        try:
            with self.client.stream("POST", url, content=body) as response:
                for chunk in response.iter_bytes():
                    data += chunk
                    # httpx limits the time between two chunks; a trickle could go on for ever.
                    if time.monotonic() > end or len(data) > _MAX_BYTES:
                        self.tally.trouble = f"an answer that does not end (label.llm.timeout={self.llm.timeout})"
                        return None, None
                status, pause = response.status_code, response.headers.get("retry-after")
        except (httpx.TransportError, httpx.DecodingError) as error:
            self.tally.trouble = " ".join(f"{type(error).__name__} {error}".split())
            return None, None
        except httpx.InvalidURL as error:
            raise LlmError(f"label.llm.base_url={self.llm.address}: {error}") from None
        if status in _PASSING or status >= 500:
            self.tally.trouble = f"{status} {self._safe(bytes(data))}"
            return None, _seconds(pause)
        if status != 200:
            self.stop()
            said = self._safe(bytes(data))
            if "response_format" in said or "json_schema" in said:
                said += "; try response_format=json_object or none"
            raise LlmError(f"{self.llm.address} answers {status}: {said}")
        reply = _read_reply(bytes(data))
        if reply is None:
            self.tally.trouble = f"no chat completion but {self._safe(bytes(data))}"
        return reply, None

    def _safe(self, data: bytes) -> str:
        """The start of a server's message, on one line and without the key."""
        text = " ".join(data.decode("utf-8", "replace").split()) or "no message"
        key = os.environ.get(self.llm.key_env, "").strip()
        return (text.replace(key, "…") if key else text)[:200]  # cut last, or half a key would be left

    def _pause(self, seconds: float) -> None:
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + min(seconds, _MAX_WAIT))

    def _wait(self) -> None:
        """Waits until the endpoint may be asked again; one thread's back-off holds for all."""
        while (left := self._not_before - time.monotonic()) > 0:
            if self._closed.wait(left):
                return


def _read_reply(data: bytes) -> Reply | None:
    """The message of a chat completion; None where the body is none (a proxy's page, a torn answer)."""
    try:
        body = orjson.loads(data)
        content = body["choices"][0]["message"]["content"] or ""
        if not isinstance(content, str):  # some servers answer in parts
            content = "".join(part.get("text") or "" for part in content)
        usage = body.get("usage") or {}
        return Reply(content, int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header: a number, or a date (RFC 9110, 10.2.3)."""
    if not retry_after:
        return None
    with suppress(ValueError):
        return max(0.0, float(retry_after))
    with suppress(ValueError):
        moment = parsedate_to_datetime(retry_after)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # "-0000" says UTC without a zone
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    return None
