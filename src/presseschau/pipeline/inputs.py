"""What the config names is opened and checked, so that a mistake is found before any work is done."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace

from presseschau.annotation.overrides import Overrides, load_overrides
from presseschau.annotation.transformer import Classifier
from presseschau.config import ConfigError, nearest, said
from presseschau.label import Labeler, load_scheme
from presseschau.label.calibrate import load_calibration
from presseschau.label.stance_given import GivenTarget, load_given
from presseschau.pipeline.settings import Settings
from presseschau.publish.card.vocabulary import check_languages
from presseschau.publish.folder import check_output
from presseschau.publish.manifest import release_day
from presseschau.read import Reader
from presseschau.read.listing import list_files
from presseschau.read.source import Files
from presseschau.rights import Snapshots, Takedown
from presseschau.schema import STANCES
from presseschau.split import Lock, from_splits_json


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the config names besides the pages.

    Attributes:
        takedown: What has to be left out.
        lock: The splits of an earlier release.
        overrides: Labels by people and language models, and corrections.
        snapshots: Saved rights files of hosts.
        targets: What stance is asked toward besides the main target of each article.
        classifier: A local model whose labels replace the rules'.
    """

    takedown: Takedown | None
    lock: Lock | None
    overrides: Overrides
    snapshots: Snapshots
    targets: tuple[GivenTarget, ...] = ()
    classifier: Classifier | None = None


def open_inputs(settings: Settings) -> tuple[Reader, Inputs]:
    """Opens whatever the config names.

    Raises:
        ConfigError: It is not there, or wrong.
    """
    if settings.targets and not settings.label.stance:
        raise ConfigError("label.stance.targets asks for stance labels, and label.stance.enabled=false for none")
    try:
        _check_scheme(settings.label)
        known = settings.names.topic
        for topic in settings.keep_topics:
            if topic not in known:
                raise ConfigError(f"label.keep names {topic!r}: {nearest(topic, known)}")
        check_languages(settings.filter.languages)
        check_output(settings.output)
        release_day()
        given = Inputs(
            takedown=Takedown.load(settings.takedown) if settings.takedown else None,
            lock=from_splits_json(settings.lock) if settings.lock else None,
            overrides=load_overrides(settings.names, settings.llm, settings.human, settings.corrections),
            snapshots=settings.rights.saved(),
            targets=load_given(settings.targets) if settings.targets else (),
            classifier=Classifier.open(
                settings.transformer, load_scheme(settings.label.scheme), load_calibration(settings.label.calibration)
            ),
        )
        settings.split.check(given.lock)
        return _without_own(settings.source.open(), settings), given
    except (ValueError, OSError) as error:
        raise ConfigError(said(error)) from error


def _without_own(reader: Reader, settings: Settings) -> Reader:
    """The reader without what earlier builds have left among the pages, which would be read as more of them."""
    source, folders = settings.source, (settings.output, settings.pipeline.work_dir)
    root = os.path.abspath(os.path.expanduser(source.path)) + os.sep  # noqa: PTH100, PTH111 (as files are listed)
    own = [str(folder.absolute()) for folder in folders if str(folder.absolute()).startswith(root) and folder.is_dir()]
    if not own or not isinstance(reader, Files) or len(reader.parts) > 1:
        return reader
    [(_, form)], [listing] = reader.parts, reader.listings
    skipped, inside = Counter(listing.skipped), tuple(folder + os.sep for folder in own)
    for folder in own:
        skipped.subtract(list_files(folder, form.endings, sidecars=source.kind in ("html", "text")).skipped)
    files = tuple(file for file in listing.files if not file[1].startswith(inside))
    left = replace(listing, files=files, skipped={ending: count for ending, count in skipped.items() if count})
    return replace(reader, listings=(left,))


def _check_scheme(labeler: Labeler) -> None:
    """Reads all of a scheme of the user's own now; a worker would find a mistake in its lexicon only after a while."""
    if labeler.scheme is not None:
        scheme = load_scheme(labeler.scheme)
        for task in (scheme.topic, scheme.genre):
            task.build_lexicon()
        _ = labeler.functions
        if labeler.stance and (missing := [name for name in STANCES if name not in scheme.stance.keys]):
            raise ValueError(
                f"label.scheme: its stance has no class {missing[0]}, which the rules name: leave `stance` out of the "
                "scheme, or say label.stance=false"
            )
