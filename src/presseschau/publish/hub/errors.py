"""What the server's refusals mean, and what to do about them; never with a token in it."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\bhf_\w{6,}|(?<=Bearer )\S+")


class HubError(RuntimeError):
    """The server refused or could not be reached; one line that says why and what to do, without a token in it."""


def without_token(message: str) -> str:
    """A message with anything that is or looks like an access token taken out.

    >>> without_token("401 for Bearer hf_abcdefgh")
    '401 for Bearer hf_…'
    """
    from huggingface_hub import get_token

    token = get_token()
    if token:
        message = message.replace(token, "hf_…")
    return _TOKEN.sub("hf_…", message)


def status_of(error: Exception) -> int | None:
    """The HTTP status that an error stands for; None where there was no answer."""
    response = getattr(error, "response", None)
    return getattr(response, "status_code", None)


def is_network(error: Exception) -> bool:
    """Connections that fail, break or take too long; the client library's own classes changed their home twice."""
    home = type(error).__module__.partition(".")[0]
    return isinstance(error, ConnectionError | TimeoutError) or home in ("httpx", "httpx2", "httpcore", "requests")


def is_missing(error: Exception) -> bool:
    """Whether the server says that there is no such repository."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    return headers.get("X-Error-Code") == "RepoNotFound"


def retry_after(error: Exception) -> float | None:
    """Seconds that the server asks to wait; None where it does not."""
    value = getattr(getattr(error, "response", None), "headers", {}).get("Retry-After", "")
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else None


def short(error: Exception) -> str:
    """What went wrong, in a few words."""
    status = status_of(error)
    return f"the server says {status}" if status else f"no answer ({type(error).__name__})"


_REASONS = {
    401: "the server does not accept the token; log in with `hf auth login` or set HF_TOKEN",
    403: "the token may not write to {repo}; it needs the role `write` there",
    404: "there is no {repo} for this token",
    409: "something else with that name was made meanwhile; run the command again",
    412: "somebody else keeps committing to {repo}; run the command again",
    429: "the server wants fewer requests; wait and run the command again, it goes on where it stopped",
}


def reason_for(error: Exception, repo: str) -> str:
    """What went wrong and what to do about it, in one line without a token."""
    status = status_of(error)
    if status in _REASONS:
        return f"{status}, {_REASONS[status].format(repo=repo)}"
    message = " ".join(without_token(str(error)).split())[:200]
    return f"{f'{status}, ' if status else ''}{message}; the same command goes on where it stopped"
