"""presseschau: scraped German tech-news pages in, a labelled, split, documented dataset out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presseschau.extract import extract_html, extract_text
    from presseschau.language import detect_language

__all__ = ["detect_language", "extract_html", "extract_text"]

_HOME = {"extract_html": "extract", "extract_text": "extract", "detect_language": "language"}


def __getattr__(name: str) -> Any:  # the parsers load on first use, so that `import presseschau` stays cheap
    """The public functions, loaded when they are first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*globals(), *__all__])
