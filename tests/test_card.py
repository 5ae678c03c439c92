"""The dataset card: YAML that the Hub understands, prose with numbers in every place."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import ROOT, build, run_script
from presseschau.label.calibrate import load_calibration
from presseschau.label.scheme import load_scheme
from presseschau.pipeline.release import describe
from presseschau.pipeline.stub import release_stub
from presseschau.publish import card
from presseschau.publish.card.features import yaml_features
from presseschau.publish.card.front import metadata
from presseschau.publish.card.places import places
from presseschau.publish.card.quality import ENOUGH_VALIDATED, UNVALIDATED, limit_confidence, measured_on_validation
from presseschau.publish.card.read import citation, read_card, section
from presseschau.publish.card.render import render
from presseschau.publish.card.split_rules import split_rules
from presseschau.publish.card.tables import rights_lines, shared_figures, tables
from presseschau.publish.card.vocabulary import check, check_license, lint, vocabulary
from presseschau.publish.derive import Change, Gone, derive
from presseschau.publish.figures import figures_of
from presseschau.publish.opened import Folder
from presseschau.publish.statistics import Statistics, count
from presseschau.publish.verify import verify
from presseschau.schema import LabelNames, Schema

INFO = card.DatasetInfo("name", "1.0.0", "other", "Title")


@pytest.fixture(scope="module")
def front(sample: Path) -> dict[str, Any]:
    return read_card(sample)[0]


@pytest.fixture(scope="module")
def prose(sample: Path) -> str:
    return read_card(sample)[1]


@pytest.fixture(scope="module")
def counted(sample: Path) -> Statistics:
    return count(sample)


@pytest.mark.parametrize("part", ["data", "stance_targets"])
def test_columns_are_written_as_datasets_writes_them(part: str) -> None:
    extra = pa.struct([("dept", pa.string()), ("paid", pa.bool_()), ("share", pa.float64()), ("pages", pa.int64())])
    features = Schema(LabelNames(("ai", "other"), ("news",), ("favor", "against")), extra, True).of(part).features
    datasets = pytest.importorskip("datasets")
    assert yaml_features(features) == datasets.Features.from_dict(features)._to_yaml_list()


def files(folder: Path) -> list[str]:
    return [shard.path for shard in Folder.open(folder).shards]


_GARDEN = (
    "Im Garten der alten Mühle blühen in diesem Jahr die Rosen besonders früh, und viele Besucher kommen am Sonntag, "
    "um unter den Bäumen zu sitzen, Kuchen zu essen und den Kindern beim Spielen auf der Wiese zuzusehen."
)


class TestYaml:
    """What the Hub reads."""

    def test_the_card_of_a_build_is_clean(self, sample: Path, front: dict[str, Any]) -> None:
        assert lint(front, files(sample)) == []
        assert front["annotations_creators"] == ["machine-generated"]
        assert front["language_creators"] == ["other"]  # the sample is invented
        assert (front["license"], front["license_link"]) == ("other", "LICENSE.md")
        assert (sample / "LICENSE.md").is_file()

    def test_the_library_of_the_hub_reads_it(self, sample: Path) -> None:
        from huggingface_hub import DatasetCard

        data = DatasetCard.load(sample / "README.md").data
        assert data.task_categories == ["text-classification"]
        assert data.pretty_name

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda f: f.update(langauge=["de"]), "langauge is no key of the Hub: did you mean language"),
            (lambda f: f.pop("pretty_name"), "pretty_name is missing"),
            (lambda f: f.update(tags="news"), "tags must be a list"),
            (lambda f: f.update(tags=[]), "tags must be a list that is not empty"),
            (lambda f: f.update(tags=["two words"]), "tags: 'two words'"),
            (lambda f: f.update(language=["german"]), "language: 'german' is not known"),
            (lambda f: f.update(language=["de", "en"]), "monolingual does not fit 2 languages"),
            (lambda f: f.update(multilinguality=["mono"]), "multilinguality: 'mono' is not known"),
            (lambda f: f.update(size_categories=["1k<n<10k"]), "did you mean 1K<n<10K"),
            (lambda f: f.update(annotations_creators=["rules"]), "annotations_creators: 'rules' is not known"),
            (lambda f: f.update(language_creators=["found", "found"]), "language_creators: 'found' stands there twice"),
            (lambda f: f.update(task_categories=["classification"]), "did you mean text-classification"),
            (lambda f: f.update(task_ids=["extractive-qa"]), "task_ids: 'extractive-qa' is not known"),
            (lambda f: f.update(source_datasets=["own stuff"]), "source_datasets: 'own stuff'"),
            (lambda f: f.update(license="cc-by"), "license='cc-by' is no identifier of the Hub"),
            (lambda f: f.pop("license_link"), "license: other needs license_name and license_link"),
            (
                lambda f: f["configs"][0].update(colums=["id"]),
                "configs/default: colums is no option: did you mean columns",
            ),
            (lambda f: f["configs"][1].update(default=True), "more than one is the default"),
            (lambda f: f["configs"][1].update(config_name="default"), "a config_name stands there twice"),
            (lambda f: f["configs"][0]["data_files"][0].update(path="date/train-*"), "date/train-* finds no file"),
            (lambda f: f["configs"][0]["data_files"][0].update(split="test-1"), "'test-1' is no name for a split"),
            (lambda f: f["configs"][3].update(filters=[["stance", "!=", None]]), "must be [column, operator, value]"),
            (lambda f: f["dataset_info"].pop(), "one entry for every config"),
            (lambda f: f["dataset_info"][0].update(feature=[]), "feature is no key: did you mean features"),
            (
                lambda f: f["dataset_info"][0]["features"][0].update(dtype="str"),
                "dtype 'str' is not known: did you mean string",
            ),
            (lambda f: f["dataset_info"][1]["features"].pop(), "features are not the columns of the config"),
            (lambda f: f["dataset_info"][0]["splits"][0].update(num_examples="5"), "must have name, num_bytes"),
            (lambda f: f["dataset_info"][0]["splits"].reverse(), "splits are not those of the config's data_files"),
            (lambda f: f["dataset_info"][0].update(dataset_size=1), "dataset_size=1 is wrong"),
            (
                lambda f: f["dataset_info"][1]["features"][3].update(
                    dtype={"class_label": {"names": {"0": "a", "2": "b"}}}
                ),
                "class_label needs names numbered from '0'",
            ),
        ],
        ids=lambda value: value[:40] if isinstance(value, str) else "",
    )
    def test_what_the_hub_would_not_understand_is_named(
        self, sample: Path, front: dict[str, Any], change: Callable[[dict[str, Any]], Any], message: str
    ) -> None:
        other = copy.deepcopy(front)
        change(other)
        found = lint(other, files(sample))
        assert any(message in problem for problem in found), found
        with pytest.raises(ValueError, match="the card's YAML: "):
            check(other, files(sample))

    def test_tags_say_what_there_is(self, tmp_path: Path) -> None:
        rows = [{"url": f"https://a.example/{n}", "text": "\n\n".join([_GARDEN] * 3)} for n in range(1)]
        (tmp_path / "in.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
        options = ("label.stance=false", "filter.languages=[fr,de]")
        folder = build(tmp_path, "source=jsonl", f"source.path={tmp_path / 'in.jsonl'}", *options)
        front, prose = read_card(folder)
        assert "topic-classification" in front["tags"]
        assert not {"technology", "stance-detection"} & set(front["tags"])
        assert (front["language"], front["multilinguality"]) == (["de"], ["monolingual"])  # no article is French
        assert "1 German-language article," in prose
        assert orjson.loads((folder / "croissant.json").read_bytes())["rai:annotationsPerItem"] == (
            "One label for each of topic and genre, by rules where no person labelled."
        )
        assert verify(folder) == []

    def test_the_vocabulary_holds_together(self) -> None:
        known = vocabulary()
        for key in ("license", "language", "size_categories", "dtypes"):
            assert len(known[key]) == len(set(known[key]))
        assert len(known["language"]) > 180

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("cc-by-5.0",), "did you mean"),
            (("cc-by-4.0", "mine"), "belong to license=other"),
            (("other", "My Licence", "LICENSE"), "license_name"),
            (("other", "mine", "somewhere"), "license_link"),
        ],
    )
    def test_licences_are_checked_before_any_work(self, arguments: tuple[str, ...], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            check_license(*arguments)

    def test_a_wrong_licence_is_a_wrong_option(self, tmp_path: Path) -> None:
        done = run_script(
            "build", f"output.dir={tmp_path / 'x'}", f"pipeline.work_dir={tmp_path}", "dataset.license=cc-by"
        )
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1
        assert "dataset" in done.stderr
        assert "license='cc-by'" in done.stderr
        assert not (tmp_path / "x").exists()


class TestProse:
    """What people read."""

    def test_no_place_is_left_and_no_section_is_empty(self, prose: str) -> None:
        assert not re.search(r"\{\{|\}\}|More Information Needed|TODO|PATH_OR|\bNone\b(?!\.)|\bnan\b", prose)
        headings = re.findall(r"^(#+) (.+)$", re.sub(r"```.*?```", "", prose, flags=re.DOTALL), re.MULTILINE)
        for (level, heading), following in zip(headings, [*headings[1:], ("", "")], strict=True):
            assert section(prose, heading) or len(following[0]) > len(level), heading

    def test_it_answers_what_a_datasheet_asks(self, prose: str) -> None:
        for heading in ("Curation rationale", "Composition", "Data collection", "Data processing", "Annotation process",
                        "Quality of the labels", "Splits and leakage audit", "Direct use", "Out-of-scope use", "Known biases",
                        "Limitations", "Social impact", "Personal and sensitive information", "Rights", "Takedown",
                        "Maintenance", "Citation"):  # fmt: skip
            assert section(prose, heading), heading
        assert "**Zusammenfassung.**" in prose

    def test_what_is_known_of_any_taxonomy_names_no_class_of_one(self) -> None:
        written = set(re.findall(r"`([^`]+)`", (ROOT / "DATASET_CARD.md").read_text(encoding="utf-8")))
        scheme = load_scheme()
        assert written.isdisjoint([*scheme.topic.keys, *scheme.genre.keys])

    def test_it_opens_with_what_the_labels_are_not(self, prose: str) -> None:
        opening = prose.strip().split("\n\n")[1]
        assert UNVALIDATED in opening
        assert "no article was labelled by people" in opening.lower()

    def test_enough_validated_labels_change_the_opening(self, counted: Statistics) -> None:
        few = replace(counted, roles={"validation": ENOUGH_VALIDATED - 1, "training": 500})
        many = replace(counted, roles={"validation": ENOUGH_VALIDATED})
        assert UNVALIDATED in places(INFO, few, {})["notice"]
        assert UNVALIDATED not in places(INFO, many, {})["notice"]
        assert "699 Artikel wurden von Menschen" in places(INFO, few, {})["german_labels"]
        assert "People labelled 699 articles" in places(INFO, few, {})["annotation"]

    def test_a_reference_that_shaped_the_rules_is_named_and_gives_no_figure(
        self, prose: str, counted: Statistics
    ) -> None:
        quality = section(prose, "Quality of the labels")
        assert re.search(r"fitted on the reference `[\w+]+` \(\d+ articles", quality)
        assert "It also shaped the rules" in quality
        assert not re.search(r"accuracy|F1|kappa", quality)
        measured = {"accuracy": [0.8, 0.751, 0.841], "macro_f1": [0.7, 0.6, 0.8]}
        rest = dict.fromkeys(("classes", "confusions", "genres", "calibration"), ())
        agreed = {"agreement": {"alpha": None, "articles": 0}}
        own = {
            "references": [{"name": "none", "articles": 0, "tasks": ["topic"]}],
            "validated": {"topic": {"labelled": 300, "right": 240, **measured, **rest, **agreed}},
        }
        given = places(INFO, replace(counted, manifest={**counted.manifest, **own}), {})
        assert given["quality"].startswith(
            "- Accuracy of topic: 0.80 (95 % interval 0.75 to 0.84, weighted by inverse "
        )
        assert "not calibrated" in given["quality"]

    def test_a_reference_of_the_users_own_is_not_called_that_of_the_rules(self, counted: Statistics) -> None:
        (built_in,) = counted.manifest["references"]
        assert {built_in["name"]} == {c.reference for c in load_calibration(None).values()}
        own = {"name": "people.jsonl (0a1b)", "articles": 250, "tasks": ["topic", "genre"]}
        none = {"name": "none", "articles": 0, "tasks": ["topic", "genre"]}

        def given(*references: dict[str, Any]) -> Statistics:
            return replace(counted, manifest={**counted.manifest, "references": list(references)})

        lines = places(INFO, given(own, built_in | {"tasks": ["stance"]}), {})["quality"].splitlines()
        assert lines[0] == (
            "- Confidence of topic, genre: fitted on the reference `people.jsonl (0a1b)` (250 articles), "
            "which the build was given."
        )
        assert lines[1].startswith(
            "- Confidence of stance: fitted on the reference `gold_dev+newspapers` (849 articles, "
        )
        right = "A confidence says how often labels like this one were right on the reference"
        elsewhere = ", which had other articles than this corpus"
        assert limit_confidence(counted) == f"{right}{elsewhere}."
        assert limit_confidence(given(own)) == f"{right}."
        guess = "; that of topic and genre is a cautious guess."
        assert limit_confidence(given(none, built_in)) == f"{right}{elsewhere}{guess}"
        assert limit_confidence(given(none)).startswith("A confidence is a cautious guess: ")

    def test_people_measure_only_where_they_are_enough(self) -> None:
        enough = {"labelled": 400, "right": 320, "accuracy": [0.8, 0.758, 0.836]}
        few = {"labelled": ENOUGH_VALIDATED - 1, "right": 199, "accuracy": [1.0, 0.98, 1.0]}
        (line,) = measured_on_validation({"topic": enough, "genre": few, "stance": {"labelled": 0, "right": 0}})
        weighted = "weighted by inverse inclusion probability"
        assert line.startswith(f"Accuracy of topic: 0.80 (95 % interval 0.76 to 0.84, {weighted}) on 400 articles")

    def test_rights_are_counted(self, prose: str, counted: Statistics) -> None:
        assert sum(counted.reserved.values()) == counted.articles
        table = section(prose, "Rights")
        for key in ("true", "false", "unknown"):
            assert f"| {counted.reserved[key]} |" in table

    def test_shares_are_those_of_the_rows(self, sample: Path, counted: Statistics) -> None:
        table = tables(counted, Folder.open(sample).schema)["publisher_shares"].splitlines()
        assert len(table) == 2 + min(10, len(counted.publishers))
        name, n = next(iter(counted.publishers.items()))
        assert table[2].startswith(f"| {name} | {n} | ")
        assert sum(counted.shares["publisher"][name]["topic"].values()) == n

    def test_the_citation_is_bibtex(self, prose: str, counted: Statistics) -> None:
        entry = citation(prose)
        assert re.fullmatch(r"@misc\{[\w.-]+,\n(  \w+ += \{.+\},\n)*  \w+ += \{.+\}\n\}", entry)
        assert "year    = {2026}" in entry
        own = replace(INFO, creators=("Ada Müller", "Presse & Co"), homepage="https://example.org/x")
        entry = places(own, counted, {})["citation"]
        assert r"author  = {Ada Müller and Presse \& Co}" in entry
        one = replace(INFO, creators=("Institute of Press and Media", "Ferdinand Sand"))
        assert "author  = {{Institute of Press and Media} and Ferdinand Sand}" in places(one, counted, {})["citation"]
        assert "url     = {https://example.org/x}" in entry

    @pytest.mark.parametrize(
        ("strategy", "splits", "english", "german"),
        [
            ("benchmark", ("train", "test"), "tested on the same outlets", "auf bekannten Verlagen"),
            (
                "benchmark",
                ("train", "test", "test_temporal", "test_publisher"),
                "tested on the same outlets, on later months and on outlets that it has never seen",
                "auf bekannten Verlagen, späteren Monaten und unbekannten Verlagen",
            ),
            ("temporal", ("train", "test"), "tested on later months", "auf späteren Monaten"),
            ("random", ("train",), "split by cluster", ""),
        ],
    )
    def test_it_promises_only_the_tests_that_there_are(
        self, counted: Statistics, strategy: str, splits: tuple[str, ...], english: str, german: str
    ) -> None:
        config = counted.manifest["config"] | {"split": {"strategy": strategy}}
        other = replace(counted, manifest={**counted.manifest, "config": config}, splits=dict.fromkeys(splits, 5))
        found = places(INFO, other, {})
        assert found["tested"].endswith(english)
        assert found["german_tested"].endswith(german)

    def test_outlets_that_nobody_knows_are_not_called_the_same(self, counted: Statistics) -> None:
        found = places(INFO, replace(counted, splits={"train": 5, "test": 5}, houses={"train": 0, "test": 0}), {})
        assert found["tested"].endswith("tested on articles that it has never seen")
        assert found["german_tested"].endswith("auf zurückgehaltenen Artikeln")

    @pytest.mark.parametrize(
        ("articles", "english", "german"),
        [
            (1, "1 German-language article", "einen deutschsprachigen Artikel"),
            (999, "999 German-language articles", "999 deutschsprachige Artikel"),
            (1_234_567, "1,234,567 German-language articles", "1.234.567 deutschsprachige Artikel"),
        ],
    )
    def test_articles_are_counted_as_each_language_does(
        self, counted: Statistics, articles: int, english: str, german: str
    ) -> None:
        found = places(INFO, replace(counted, splits={"train": articles}), {})
        assert (found["size"], found["german_size"]) == (english, german)

    def test_a_single_day_is_no_period(self, counted: Statistics) -> None:
        found = places(INFO, replace(counted, first="2025-03-01", last="2025-03-01"), {})
        assert found["german_period"] == " vom 1.3.2025"
        assert "- **Published:** 2025-03-01\n" in found["facts"]
        assert "The articles were published on 2025-03-01." in found["collection"]

    def test_one_validated_article_is_singular(self, counted: Statistics) -> None:
        notice = places(INFO, replace(counted, roles={"validation": 1}), {})["notice"]
        assert "1 article was labelled by people" in notice

    @pytest.mark.parametrize(
        ("roles", "german"),
        [
            ({}, "Die Labels stammen aus offenen Regeln und nicht von Menschen; ihre"),
            (
                {"training": 1},
                "1 Artikel wurde von Menschen eingeordnet, alle übrigen Labels stammen aus offenen Regeln",
            ),
            ({"training": 12}, "12 Artikel wurden von Menschen eingeordnet, alle übrigen"),
            ({"training": 12, "validation": 1_300}, "1.312 Artikel wurden von Menschen eingeordnet, alle übrigen"),
        ],
    )
    def test_people_are_counted_as_german_does(self, counted: Statistics, roles: dict[str, int], german: str) -> None:
        assert places(INFO, replace(counted, roles=roles), {})["german_labels"].startswith(german)

    def test_labels_of_models_are_not_called_those_of_rules(self, counted: Statistics) -> None:
        mixed = places(INFO, replace(counted, sources={"topic": {"llm": 3, "rules": 86}}), {})
        assert "aus offenen Regeln und von Modellen und nicht von Menschen" in mixed["german_labels"]
        assert "a documented rule system and of models, not as truth" in mixed["notice"]
        assert mixed["limit_labels"].startswith("The labels are those of rules and of models (")
        own = places(INFO, counted, {})
        assert not any("odel" in own[name] for name in ("german_labels", "notice", "limit_labels"))

    def test_copies_that_stay_are_not_called_left_out(self, counted: Statistics) -> None:
        config = counted.manifest["config"]
        kept = config | {"dedup": config["dedup"] | {"near": "keep"}}
        found = places(INFO, replace(counted, manifest={**counted.manifest, "config": kept}), {})
        assert found["near"].startswith("are told apart: of exact ones, and of the versions of a page, one stays;")
        assert "as often as outlets had it" in found["agencies"]
        assert places(INFO, counted, {})["near"] == "are dropped, the earliest stays"

    def test_whatever_leaves_articles_out_is_named(self, counted: Statistics) -> None:
        config = counted.manifest["config"]
        more = {
            "label": config["label"] | {"keep": ["ai", "security"]},
            "rights": {"reserved": "drop"},
            "split": config["split"] | {"max_per_publisher": 1},
        }
        found = places(INFO, replace(counted, manifest={**counted.manifest, "config": config | more}), {})
        assert found["filters"] == (
            f"{places(INFO, counted, {})['filters']} So are articles of other topics than ai, security. "
            "Pages that reserve text and data mining are left out. No publisher has more than 1 article."
        )

    def test_a_stance_that_nobody_looked_for_is_not_promised(self, counted: Statistics) -> None:
        config = counted.manifest["config"]
        manifest = {**counted.manifest, "config": config | {"label": config["label"] | {"stance": False}}}
        none = {**counted.labels, "stance": {"(none)": {"train": counted.articles}}}
        found = places(INFO, replace(counted, manifest=manifest, labels=none), {})
        assert (found["tasks"], found["german_tasks"]) == ("topic and genre", "Thema und Textsorte")
        assert found["stance_meaning"] == "Stance was not looked for."
        assert "tance" not in found["annotation"]
        assert found["targets"] == ""
        assert "stances" not in figures_of(replace(counted, manifest=manifest, labels=none))
        by_people = places(INFO, replace(counted, manifest=manifest), {})
        assert by_people["tasks"] == places(INFO, counted, {})["tasks"] == "topic, genre and stance"

    def test_the_rules_are_those_of_the_strategy_and_name_splits_that_there_are(self) -> None:
        plan = {"seed": 0, "validation": 0.1, "test": 0.2, "held_out_publishers": [], "validation_publishers": [],
                "cutoff": None, "validation_cutoff": None, "embargo_days": 0, "fallbacks": []}  # fmt: skip
        days = {"cutoff": "2026-07-02", "validation_cutoff": "2026-04-22", "embargo_days": 3}
        gap = ", after a gap of 3 days that are left out"
        assert split_rules({**plan, **days, "strategy": "temporal"}) == [
            "Strategy `temporal`, seed 0; 70% train, 10% validation, 20% test, by day of publication.",
            f"`test`: published after 2026-07-02 (UTC){gap}; undated articles never.",
            f"`validation`: published after 2026-04-22 (UTC){gap}, and before those of `test`.",
        ]
        few = {**plan, **days, "strategy": "benchmark", "validation": 0.005, "test": 0.125, "embargo_days": 1}
        assert split_rules(few)[0].startswith("Strategy `benchmark`, seed 0; 87% train, 0.5% validation, 12.5% test, ")
        assert ", after a gap of 1 day that is left out; " in split_rules(few)[1]
        outlets = {"held_out_publishers": ["a.example"], "validation_publishers": ["b.example", "c.example"]}
        assert split_rules({**plan, **outlets, "strategy": "publisher"}) == [
            "Strategy `publisher`, seed 0; 70% train, 10% validation, 20% test, by publisher.",
            "`test`: a.example; no other split has an article of theirs.",
            "`validation`: b.example, c.example; no other split has an article of theirs.",
        ]
        moved = {"fallbacks": ["test has 2 articles against the rules, by split.lock"]}
        assert split_rules({**plan, **outlets, **moved, "strategy": "publisher"})[1:] == [
            "`test`: a.example; no other split has an article of theirs, but for those named below.",
            "`validation`: b.example, c.example; no other split has an article of theirs, but for those named below.",
        ]

    def test_other_languages_are_not_called_german(self, counted: Statistics) -> None:
        assert counted.languages == {"de": counted.articles}
        found = places(INFO, replace(counted, languages={"en": 1_230, "de": 7, "fr": 4}), {})
        assert found["size"] == f"{counted.articles} articles"
        assert found["german_size"] == f"{counted.articles} Artikel"
        assert "- **Language:** en, de, fr\n" in found["facts"]
        assert (found["news"], found["press"], found["for_german"]) == ("news", "press", " for German")
        assert found["foreign"].startswith(" Labels of the 1,234 articles in other languages rest on the few words")
        assert places(INFO, replace(counted, languages={"en": 1}), {})["foreign"].startswith(
            " Labels of the article in"
        )
        own = places(INFO, counted, {})
        assert (own["news"], own["press"], own["foreign"]) == ("German news", "German press", "")

    def test_a_corpus_without_german_is_not_tagged_so(self, counted: Statistics, sample: Path) -> None:
        for languages, is_german in (({"de": 2, "en": 1}, True), ({"en": 3}, False)):
            front = metadata(INFO, Folder.open(sample).schema, replace(counted, languages=languages))
            assert ("german" in front["tags"]) is is_german

    def test_near_copies_that_the_audit_has_found_are_not_denied(self, counted: Statistics) -> None:
        """A lock keeps articles where they were, also where they have got the text of another split's."""
        assert places(INFO, counted, {})["leaks"] == ""
        for found, said in (({"near_duplicates": 2, "related": 1}, "3 pairs"), ({"contained": 1}, "1 pair")):
            leakage = {**counted.manifest["leakage"], **found}
            one = replace(counted, manifest={**counted.manifest, "leakage": leakage})
            assert places(INFO, one, {})["leaks"] == f", but for {said} that the audit found"

    def test_one_is_singular(self, counted: Statistics) -> None:
        pages = {"input": 1, "kept": 1, "dropped": 0, "failed": 0}
        one = replace(
            counted,
            manifest={**counted.manifest, "pages": pages, "counts": []},
            splits={"train": 1},
            undated={"train": 1},
        )
        found = places(INFO, one, figures_of(one))
        assert "It held 1 page." in found["collection"]
        assert "1 has no date." in found["collection"]
        assert "1 became an article, 0 were dropped" in found["collection"]
        assert "{1 article, content" in found["citation"]
        assert "How 1 input page ended" in found["figure_funnel"]
        target = {"targets": [{"name": "Nova", "kind": "product"}]}
        aimed = places(INFO, replace(counted, manifest={**counted.manifest, **target}), {})
        assert "toward 1 given target (Nova)" in aimed["annotation"]
        licensed = replace(counted, licenses={f"L{n}": 20 - n for n in range(11)})
        assert ("– 1 other", 10) in rights_lines(licensed)
        assert ("– 2 others", 18) in rights_lines(replace(licensed, licenses={**licensed.licenses, "x": 8}))

    def test_shares_are_those_of_splits_that_there_are_and_say_of_how_many(self) -> None:
        probe = {"accuracy": 1.0, "majority": 0.25, "publishers": 2, "train": 30, "test": 1}
        leakage = {"events": {"test": 0.125, "test_publisher": 0.0}, "publisher_probe": probe}
        assert shared_figures({"leakage": leakage, "splits": {"train": 30, "test": 8}}) == [
            ("dated articles with an event of the day that train tells of, too", "12.5% of test"),
            (
                "publisher told from the text by a linear model (accuracy on 1 article, 2 publishers)",
                "100.0% (always the largest: 25.0%)",
            ),
        ]

    def test_it_says_technology_only_where_it_is(self, counted: Statistics) -> None:
        mostly_other = {"topic": {"other": {"train": counted.articles}}}
        assert "technology" in places(INFO, counted, {})["focus"]
        assert places(INFO, replace(counted, labels={**counted.labels, **mostly_other}), {})["focus"] == ""

    def test_every_place_of_the_prose_is_known(self) -> None:
        with pytest.raises(ValueError, match="the card names 'unknown_place'"):
            render("# Title\n{{ unknown_place }}", {}, {"x": "y"})

    def test_the_prose_has_no_words_of_its_maker(self) -> None:
        text = (ROOT / "DATASET_CARD.md").read_text(encoding="utf-8").lower()
        assert not re.search(r"assistant|prompt|session|chatgpt|language model", text)


def test_the_options_of_the_dataset_reach_card_and_croissant(tmp_path: Path) -> None:
    folder = build(
        tmp_path,
        "source=jsonl",
        f"source.path={ROOT / 'data/sample/records'}",
        "split=random",
        "dataset.license=cc-by-4.0",
        "dataset.creators=['Ada Müller']",
        "dataset.homepage=https://example.org/data",
        "dataset.contact=presse@example.org",
    )
    front, prose = read_card(folder)
    assert front["license"] == "cc-by-4.0"
    assert "license_name" not in front
    assert not (folder / "LICENSE.md").exists()
    assert front["language_creators"] == ["found"]
    assert "presse@example.org" in section(prose, "Takedown")
    croissant = (folder / "croissant.json").read_text(encoding="utf-8")
    assert "https://creativecommons.org/licenses/by/4.0/" in croissant
    assert '"url": "https://example.org/data"' in croissant
    assert "Ada Müller" in croissant


def test_a_card_of_ones_own_has_the_figures_that_it_asks_for(tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text(
        "# {{ pretty_name }}\n\n{{ articles }} Artikel.\n\n{{ figure_genres }}\n", "utf-8"
    )
    folder = build(tmp_path, f"publish.card={tmp_path / 'card.md'}")
    assert [path.name for path in (folder / "figures").iterdir()] == ["genres.png"]
    assert verify(folder) == []


class TestDerived:
    """Cards of folders that were made from another one."""

    def test_a_card_without_some_rows_counts_those_that_are_left(self, sample: Path, tmp_path: Path) -> None:
        ids = sorted(orjson.loads((sample / "splits.json").read_bytes())["articles"])[:10]
        derive(sample, tmp_path / "x", Change(gone={id_: Gone("takedown", "url", url=False) for id_ in ids}), describe)
        _, prose = read_card(tmp_path / "x")
        before, after = count(sample), count(tmp_path / "x")
        assert after.articles == before.articles - 10
        assert f"{after.articles} German-language articles" in prose
        assert f"| all | {after.articles} | " in prose
        assert "| dropped: takedown (publish) | 10 |" in prose
        assert "| pages left out on request (`takedown`) | 10 |" in section(prose, "Rights")
        figure = Path("figures/topics.png")
        assert (tmp_path / "x" / figure).read_bytes() != (sample / figure).read_bytes()
        assert verify(tmp_path / "x") == []

    def test_a_stub_keeps_the_lengths_of_its_texts(self, sample: Path, prose: str, tmp_path: Path) -> None:
        release_stub(sample, tmp_path / "stub")
        _, bare = read_card(tmp_path / "stub")
        (table,) = re.findall(r"^\| split \| articles.*?\n\n", prose, re.MULTILINE | re.DOTALL)
        assert table in bare
        assert count(tmp_path / "stub").lengths == count(sample).lengths
        figure = Path("figures/lengths.png")
        assert (tmp_path / "stub" / figure).read_bytes() == (sample / figure).read_bytes()

    def test_verify_counts_again_what_the_card_says(self, sample: Path, tmp_path: Path) -> None:
        derive(sample, tmp_path / "x", Change(), describe)
        path = tmp_path / "x" / "README.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("| all | 89 |", "| all | 98 |").replace("is no legal advice", "is mine"), "utf-8")
        assert verify(tmp_path / "x") == ["README.md: split_table is not what the folder gives"]

    @pytest.mark.parametrize(
        ("written", "instead", "key"),
        [
            ("\n- n<1K\n", "\n- 1K<n<10K\n", "size_categories"),
            ("language:\n- de\n", "language:\n- en\n", "language"),
            ("  default: true\n", "", "configs"),
            ("download_size: ", "download_size: 1", "dataset_info"),
            ("'0': hardware", "'0': software", "dataset_info"),
        ],
    )
    def test_verify_compares_the_yaml_with_the_folder(
        self, sample: Path, tmp_path: Path, written: str, instead: str, key: str
    ) -> None:
        folder = tmp_path / "x"
        shutil.copytree(sample, folder)
        path = folder / "README.md"
        text = path.read_text(encoding="utf-8")
        assert written in text
        path.write_text(text.replace(written, instead, 1), encoding="utf-8")
        assert f"README.md: {key} in its YAML is not what the folder gives" in verify(folder)

    def test_notes_keep_their_order(self, sample: Path, tmp_path: Path) -> None:
        derive(sample, tmp_path / "one", Change(notes={"a": "> A.", "b": "> B."}), describe)
        derive(tmp_path / "one", tmp_path / "two", Change(), describe)
        assert (tmp_path / "one" / "README.md").read_bytes() == (tmp_path / "two" / "README.md").read_bytes()

    def test_keys_and_notes_of_the_origin_are_kept(self, sample: Path, tmp_path: Path) -> None:
        change = Change(notes={"rights": "> Mine."}, front={"extra_gated_prompt": "Ask."})
        derive(sample, tmp_path / "x", change, describe)
        release_stub(tmp_path / "x", tmp_path / "stub")
        front, prose = read_card(tmp_path / "stub")
        assert front["extra_gated_prompt"] == "Ask."
        assert "> Mine." in prose
        assert "This is a stub release" in prose


def test_masks_and_licences_stand_in_ledger_manifest_and_card(sample: Path, prose: str, counted: Statistics) -> None:
    rows = pq.read_table(sample / "ledger.parquet").to_pylist()
    notes = [row["detail"] for row in rows if row["outcome"] == "kept" and row["detail"]]
    assert any(re.fullmatch(r"masked: email \d+", note) for note in notes)
    assert any(note.startswith("license: https://creativecommons.org/") for note in notes)
    assert counted.masked == Folder.open(sample).manifest["masked"]
    rights = section(prose, "Rights")
    for name, n in rights_lines(counted):
        assert f"| {name} | {n:,} |" in rights
    assert sum(counted.licenses.values()) == sum("license: " in note for note in notes) > 0
    assert "1 e-mail address" in section(prose, "Personal and sensitive information")
