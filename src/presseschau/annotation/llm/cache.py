"""Answers of a language model on disk, by what was asked: the same question is never sent twice."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from presseschau.stable import sha256


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as the endpoint gave it.

    Attributes:
        content: The text of the message.
        prompt_tokens: As the endpoint counted them, 0 where it does not say.
        completion_tokens: As the endpoint counted them, 0 where it does not say.
    """

    content: str
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of answers, one file each; whole or not there, whoever is killed when.

    Attributes:
        folder: Where it is; made when the first answer is kept.
    """

    folder: Path

    def get(self, key: str) -> Reply | None:
        """The answer to a question, None where there is none yet (or its file was damaged)."""
        try:
            data = orjson.loads(self._path(key).read_bytes())
            return Reply(data["content"], data["prompt_tokens"], data["completion_tokens"])
        except (FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError):
            return None

    def put(self, key: str, request: Mapping[str, Any], reply: Reply) -> None:
        """Keeps an answer, with the model that gave it."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        body = {"model": request["model"], **asdict(reply)}
        with part.open("wb") as file:
            file.write(orjson.dumps(body, option=orjson.OPT_SORT_KEYS) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


def question_key(request: Mapping[str, Any], prompt_version: str) -> str:
    """Hex sha256 over model, messages, parameters and prompt version; not over the address of the endpoint."""
    return sha256(orjson.dumps({"prompt_version": prompt_version, **request}, option=orjson.OPT_SORT_KEYS))
