"""What the card's two summaries say, the English one and the German one."""

from __future__ import annotations

from collections.abc import Mapping

from presseschau.publish.card.tables import amount, listed
from presseschau.publish.statistics import Statistics


def summary_places(statistics: Statistics) -> dict[str, str]:
    """The texts by the name of their place."""
    stance, technical = statistics.has_stance, is_technical(statistics)
    german = list(statistics.languages) == ["de"]
    return {
        "size": amount(statistics.articles, f"{'German-language ' * german}article"),
        "german_size": _german_size(statistics.articles, german),
        "focus": " with a focus on technology" * technical,
        "german_focus": " mit Schwerpunkt Technik" * technical,
        "tasks": "topic, genre and stance" if stance else "topic and genre",
        "german_tasks": "Thema, Textsorte und Haltung" if stance else "Thema und Textsorte",
        "tested": _tested(statistics),
        "german_tested": _german_tested(statistics),
        "german_period": _german_period(statistics),
    }


def is_technical(statistics: Statistics) -> bool:
    """Whether most articles have one of the topics of the scheme that comes with the package, which are technical."""
    own_scheme = statistics.manifest["config"].get("label", {}).get("scheme") is not None
    other = sum(statistics.labels["topic"].get("other", {}).values())
    return not own_scheme and other * 2 < statistics.articles


def _german_size(articles: int, german: bool) -> str:
    """How many articles there are, as the object of a German sentence; groups of digits are set apart by a dot."""
    if articles == 1:
        return f"einen {'deutschsprachigen ' * german}Artikel"
    return f"{articles:,} {'deutschsprachige ' * german}Artikel".replace(",", ".")


def _german_period(statistics: Statistics) -> str:
    if not statistics.first or not statistics.last:
        return ""
    first, last = _day(statistics.first), _day(statistics.last)
    return f" vom {first}" if first == last else f" aus der Zeit vom {first} bis {last}"


def _day(day: str) -> str:
    year, month, number = day.split("-")
    return f"{int(number)}.{int(month)}.{year}"


# What a test split of a strategy is good for, in English and in German.
_TESTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "benchmark": {
        "test": ("the same outlets", "bekannten Verlagen"),
        "test_temporal": ("later months", "späteren Monaten"),
        "test_publisher": ("outlets that it has never seen", "unbekannten Verlagen"),
    },
    "temporal": {"test": ("later months", "späteren Monaten")},
    "publisher": {"test": ("outlets that it has never seen", "unbekannten Verlagen")},
    "random": {"test": ("articles that it has never seen", "zurückgehaltenen Artikeln")},
}


def _test_phrases(statistics: Statistics, language: int) -> list[str]:
    strategy = statistics.manifest["config"].get("split", {}).get("strategy", "random")
    tests = dict(_TESTS.get(strategy, {}))
    if strategy == "benchmark" and not statistics.houses.get("test"):
        tests |= _TESTS["random"]  # whose articles they are is not known
    return [phrases[language] for split, phrases in tests.items() if split in statistics.splits]


def _tested(statistics: Statistics) -> str:
    phrases = [f"on {phrase}" for phrase in _test_phrases(statistics, 0)]
    return f"split so that a classifier can be tested {listed(phrases)}" if phrases else "split by cluster"


def _german_tested(statistics: Statistics) -> str:
    phrases = _test_phrases(statistics, 1)
    return f" und erlaubt Tests auf {listed(phrases, ' und ')}" if phrases else ""
