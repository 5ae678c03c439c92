"""How well the publisher can be told from the text: what is left of its boilerplate, and of its style."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from presseschau.dedup.signature import shingle_sequence, words_of
from presseschau.stable import rounded

_TRAIN, _TEST = 2_000, 1_000  # articles at most: the cost of the probe does not grow with the corpus
_TEXT = 1_500  # characters from either end, where house notices stand
_FEATURES, _ROUNDS = 1 << 16, 10  # features: the last 16 bits of a hash
_LEAST = 10  # articles of a publisher in train, or it is left out


@dataclass(frozen=True, slots=True)
class Probe:
    """A linear model that guesses publishers.

    Attributes:
        accuracy: On articles of test, 0 to 1.
        majority: Accuracy of always guessing the publisher that train has most of.
        publishers: How many there were to choose from.
        train: Articles that it was trained on.
        test: Articles that it was tested on.
    """

    accuracy: float
    majority: float
    publishers: int
    train: int
    test: int


def probe_publishers(con: duckdb.DuckDBPyConnection, articles: str) -> Probe | None:
    """Trains on articles of train and guesses the publishers of articles of test, both the first ones by id.

    Ids are hashes, so the first ones are a sample. None where there are not two publishers and a test article of them.

    Args:
        con: The connection.
        articles: Name of a relation with id, split, publisher and text.
    """
    train = _first_articles(con, articles, "train", _TRAIN)
    test = _first_articles(con, articles, "test", _TEST)
    counts = Counter(publisher for publisher, _ in train)
    known = {publisher for publisher, count in counts.items() if count >= _LEAST}
    train, test = ([row for row in rows if row[0] in known] for rows in (train, test))
    if len(known) < 2 or not test:
        return None
    names = sorted(known)
    numbers = [names.index(publisher) for publisher, _ in train]
    weights = _perceptron([_features(text) for _, text in train], numbers, len(names))
    guesses = [names[int(weights[_features(text)].sum(axis=0).argmax())] for _, text in test]
    most = min(known, key=lambda publisher: (-counts[publisher], publisher))
    right = sum(guess == publisher for guess, (publisher, _) in zip(guesses, test, strict=True))
    majority = sum(publisher == most for publisher, _ in test)
    return Probe(rounded(right / len(test)), rounded(majority / len(test)), len(known), len(train), len(test))


def _features(text: str) -> NDArray[np.int64]:
    """Numbers of the different words and pairs of words of a text."""
    words = words_of(text)
    hashes = np.concatenate([shingle_sequence(words, size) for size in (1, 2)])
    numbers = np.sort(hashes.astype(np.uint16)).astype(np.int64)  # sorted by radix; `numpy.unique` takes six times that
    return numbers[np.diff(numbers, prepend=-1) > 0]


def _perceptron(texts: Sequence[NDArray[np.int64]], numbers: Sequence[int], classes: int) -> NDArray[np.int32]:
    """Weights by feature and class of a multiclass perceptron (Collins, EMNLP 2002), summed over all of its steps.

    Summed, since its last state depends on the last few texts. All are whole numbers, the same on every machine, and
    below `_ROUNDS` times `_TRAIN` squared. A feature's weights lie side by side: a text reads as many places as words.
    """
    now, late = np.zeros((2, _FEATURES, classes), np.int32)
    step = 0
    for _ in range(_ROUNDS):
        wrong = 0
        for found, right in zip(texts, numbers, strict=True):
            scores = np.einsum("ij->j", now.take(found, axis=0))  # their sum, in half of the time of `sum`
            own, scores[right] = scores[right], np.iinfo(np.int32).min
            other = scores.argmax()
            if own <= scores[other]:
                wrong += 1
                for at, sign in ((right, 1), (other, -1)):
                    now[found, at] += sign
                    late[found, at] += sign * step
            step += 1
        if not wrong:
            break
    now *= step
    now -= late
    return now


def _first_articles(con: duckdb.DuckDBPyConnection, articles: str, split: str, most: int) -> list[tuple[str, str]]:
    """Publisher and both ends of the text of the first articles of a split that have a publisher."""
    query = f"""SELECT publisher, CASE WHEN length(text) <= {2 * _TEXT} THEN text
            ELSE left(text, {_TEXT}) || chr(10) || right(text, {_TEXT}) END
        FROM (SELECT id, publisher, text FROM {articles} WHERE split = $split AND publisher IS NOT NULL
            ORDER BY id LIMIT $most) ORDER BY id"""  # noqa: S608
    return con.execute(query, {"split": split, "most": most}).fetchall()
