"""Every config composes, every option means something, and every mistake on the command line is one clear line."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from conftest import ROOT, run_script
from presseschau.pipeline import settings

CONFIGS = ROOT / "configs"
DEFAULTS = yaml.safe_load((CONFIGS / "build.yaml").read_text(encoding="utf-8"))["defaults"]
GROUPS = [group for entry in DEFAULTS if isinstance(entry, dict) for group in entry]
OPTIONS = [f"{group}/{path.stem}" for group in GROUPS for path in sorted((CONFIGS / group).glob("*.yaml"))]
EXPERIMENTS = sorted(path.stem for path in (CONFIGS / "experiment").glob("*.yaml"))
COMMANDS = sorted(p.stem for p in (ROOT / "scripts").glob("*.py") if p.stem not in ("command", "mistakes", "options"))


def composed(*overrides: str) -> dict[str, Any]:
    OmegaConf.register_new_resolver("root", lambda: str(ROOT), replace=True)
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        config = compose("build", overrides=list(overrides))
    plain = OmegaConf.to_container(config, resolve=True)
    assert isinstance(plain, dict)
    return {str(k): v for k, v in plain.items()}


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_every_group_becomes_settings(option: str) -> None:
    group, name = option.split("/")
    path = ["source.path=x"] if group == "source" else []
    made = settings.settings_from(composed(f"{group}={name}", *path))
    assert dataclasses.is_dataclass(made)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_becomes_settings(name: str) -> None:
    settings.settings_from(composed(f"+experiment={name}", "source.path=x"))


def test_config_files_name_every_field_with_its_default() -> None:
    for group, cls in {
        "extract/default": settings.Extractor,
        "filter/default": settings.Filter,
        "dedup/default": settings.Dedup,
        "label/rules": settings.Labeler,
        "publish/default": settings.Publish,
        "engine/local": settings.Local,
        "split/benchmark": settings.Benchmark,
        "split/random": settings.Random,
        "split/temporal": settings.Temporal,
        "split/publisher": settings.Publisher,
    }.items():
        values = yaml.safe_load((CONFIGS / f"{group}.yaml").read_text(encoding="utf-8"))
        if group == "label/rules":
            values = settings.labeler_options(values)
            assert settings.build(settings.Transformer, values["transformer"], "") == settings.Transformer()
        own = {"kind", "strategy", "keep", "lock", "human", "llm", "corrections", "transformer"}
        fields = {f.name: f for f in dataclasses.fields(cls)}
        assert set(values) - own == set(fields), group
        for name, f in fields.items():
            if f.default is not dataclasses.MISSING and name not in ("seed", "languages"):
                assert values[name] == f.default, (group, name)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command(command: str) -> None:
    done = run_script(command, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Hydra" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120


def test_help_names_every_option_with_default_and_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # 120 at most
    said = run_script("build", "--help", "source=csv").stdout
    assert said.startswith("Pages in, dataset out")
    plain = composed("source=csv", "source.path=x")
    for name in leaves(plain):
        assert f"  {name}=" in said or name.rpartition(".")[2] in ("kind", "strategy"), name
    assert "  filter.min_words=40                   fewer than about three sentences" in said
    assert "source=csv                              read: the kind of input; or ccnews html" in said
    assert "source.sep=null" in said
    assert "split=benchmark                         train, validation and test sets; held-out publishers" in said
    verify = run_script("verify", "--help").stdout
    assert "  source.path=null  " in verify
    assert "dataset.name" not in verify


def leaves(node: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, value in node.items():
        found += leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]
    return found


def test_a_python_without_the_package_is_told_which_one_has_it() -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-S", str(ROOT / "scripts/build.py"), "--help"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        done.stderr == f"error: {sys.executable} has no presseschau: `make build` sets up .venv, run .venv/bin/python\n"
    )


def test_the_version_is_that_of_the_package() -> None:
    assert run_script("build", "--version").stdout == f"presseschau {version('presseschau')}\n"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["sede=4"], "unknown option sede: did you mean seed?"),
        (["splt=random"], "unknown option splt: did you mean split?"),
        (["split=randm"], "split=randm is not known: did you mean random?"),
        (["split.fractoin=1"], "unknown option split.fractoin"),
        (["split.test=high"], "split.test=high must be a number"),
        (["split.test=2"], "split.test"),
        (["dataset.creators=[O'Neill]"], """need quotes: 'dataset.creators=["A", "B"]'"""),
        (["seed='4'"], "seed='4' must be a whole number"),
        (["seed=abc"], "seed=abc must be a whole number"),
        (["source=html"], "source.path is missing"),
        (["source=html", "source.path=/no/such/folder"], "/no/such/folder"),
        (["source=warc", "source.path=src"], "source.path=src"),
        (["label.keep=[robots]"], "label.keep names 'robots'"),
        (["label.scheme=/no/such.yaml"], "/no/such.yaml"),
        (["takedown=/no/such.txt"], "/no/such.txt"),
        (["split.lock=/no/such.json"], "/no/such.json"),
        (["engine.workers=0"], "workers=0"),
        (["dataset.version=one"], "version='one'"),
        (["output.dir=tests"], "output.dir=tests holds files that are no dataset"),
        (["output.dir=README.md"], "output.dir=README.md is a file"),
        (["rights.reserved=maybe"], "rights.reserved=maybe is not known"),
        (["filter.languages=[de,german]"], "filter.languages names 'german', which is no ISO code"),
        (["filter.languages=[]"], "filter.languages=[] must name one ISO code or more"),
        (["split.cutoff=soon"], "split.cutoff=soon must be a day"),
        (["label.transformer.max_tokens=4"], "label.transformer.max_tokens=4 must be at least 8"),
        (["label.keep=[ai"], "can't read label.keep=[ai: spaces and special"),
        (["seed"], "can't read seed: write OPTION=VALUE"),
        (
            ["--source", "html"],
            "unrecognized arguments: --source html (options are written OPTION=VALUE, without dashes",
        ),
        (["min_words=3"], "unknown option min_words: did you mean filter.min_words?"),
        (["filter.foo=3"], "unknown option filter.foo: did you mean filter.min_words?"),
        (["filter.zzzzzz=3"], "unknown option filter.zzzzzz: valid: filter.languages, filter.min_chars"),
        (["split=random", "split.cutoff=2026-01-01"], "split.cutoff: it belongs to split=benchmark, split=temporal"),
        (["source=csv", "source.path=x", "source.seps=a"], "unknown option source.seps: did you mean source.sep?"),
        (["experiment=general_press"], "unknown option experiment: did you mean +experiment=…?"),
        (["source=html,text"], "source=html,text: say one of them"),
        (["split.test=0,1"], "split.test=0,1: write a list as split.test=[0,1], a decimal with a point, a text"),
        (["split.held_out=a.de"], "split.held_out=a.de must be a list: split.held_out=[a.de]"),
        (["split=null"], "split=null is not known: valid: benchmark, publisher, random, temporal"),
        (["label.scheme=tests"], "label.scheme=tests: Is a directory"),
        (["output.dir=/"], "output.dir=/ has no name of its own"),
        (["--multirun", "seed=1,2"], "output.dir is the same for several jobs: put what differs into it"),
        (["dataset=lab"], "unknown option dataset: valid: dataset.contact, "),
        (["dataset", "name=lab"], "can't read dataset: write OPTION=VALUE"),
        (
            ["source=jsonl", "source.columns.text=body"],
            "source.columns.text: source.columns is said as a whole, source.c",
        ),
        (["source.columns={text:"], """need quotes: 'source.columns={a: "A", b: "B"}'"""),
        (["--config-path", f"{ROOT}/tests"], "error: Cannot find primary config 'build'"),
    ],
)
def test_mistakes_exit_with_2_and_one_line(overrides: list[str], message: str, tmp_path: Path) -> None:
    done = run_script("build", f"pipeline.work_dir={tmp_path}", *overrides)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


RECIPE = "# @package _global_\nseed: 5\nfilter: {min_words: 20}\n"


@pytest.mark.parametrize("flag", ["--config-dir={}", "--config-dir {}"])
def test_a_recipe_of_ones_own_lies_in_any_folder(flag: str, tmp_path: Path) -> None:
    own = tmp_path / "öwn"
    (own / "experiment").mkdir(parents=True)
    (own / "experiment" / "mine.yaml").write_text(RECIPE, encoding="utf-8")
    done = run_script("build", *flag.format(own).split(), "+experiment=mine", "--cfg", "job")
    assert done.returncode == 0, done.stderr
    assert "seed: 5\n" in done.stdout


@pytest.mark.parametrize(
    ("files", "override", "message"),
    [
        ({"experiment/mine.yaml": RECIPE}, "+experiment=min", "experiment=min is not known: did you mean mine?"),
        ({"split/lab.yaml": "strategy: random"}, "split=lap", "split=lap is not known: did you mean lab?"),
        ({"experiment/mine.yaml": "seed: [1"}, "+experiment=mine", "mine.yaml"),
        ({"experiment/mine.yaml": "seed: 5"}, "+experiment=mine", "has to begin with the line '# @package _global_'"),
    ],
)
def test_mistakes_in_a_folder_of_ones_own(files: dict[str, str], override: str, message: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run_script("build", "--config-dir", str(tmp_path), override)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert message in done.stderr


def test_what_is_in_a_folder_of_ones_own_is_not_blamed_for_another_mistake(tmp_path: Path) -> None:
    (tmp_path / "split").mkdir()
    (tmp_path / "split" / "lab.yaml").write_text("strategy: random", encoding="utf-8")
    done = run_script("build", "--config-dir", str(tmp_path), "split=lab", "seed=[1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith("error: can't read seed=[1")


def test_a_folder_of_ones_own_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run_script("build", f"--config-dir={tmp_path / 'nowhere'}", "+experiment=mine")
    assert (done.returncode, done.stderr) == (
        2,
        f"error: --config-dir {tmp_path / 'nowhere'}: there is no such folder\n",
    )


def test_a_group_of_ones_own_needs_only_what_differs() -> None:
    config = composed("split=random")
    config["split"] = {"strategy": "random", "test": 0.3}
    assert settings.settings_from(config).lock is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("takedown=[a,b]", r"takedown=\['a', 'b'\] must be a path"),
        ("takedown=''", "takedown is empty"),
        ("output.dir=''", "output.dir is empty"),
        ("output=null", "output=None must be a group of options"),
        ("label.keep=ai", r"label.keep=ai must be a list: label.keep=\[ai\]$"),
        ("split.lock=[a]", "split.lock=.* must be a path"),
        ("seed=99999999999999999999999", "seed=9+ is too large"),
        ("seed=-1", "^seed=-1 must not be negative"),
        ("split.validation=2", "^split.validation must be at least 0 and below 1, not 2.0"),
        ("dedup.bucket=1", "^dedup: bucket must be at least 2"),
        ("+lock=/nope", "^unknown option lock: valid: .*seed"),
        ("+human=x", "^unknown option human"),
        ("pipeline.batch_bytes=0", "batch_bytes=0 must be above 0"),
        ("pipeline.batch_units=0", "batch_units=0 must be above 0"),
        ("pipeline.page_seconds=-5", "page_seconds=-5.0 must be above 0"),
        ("pipeline.memory_limit=viel", "memory_limit=viel must be a size such as 400MB"),
        ("pipeline.work_dir=data/build/presseschau-sample/dataset/work", "must not lie in each other"),
        ("pipeline.work_dir=data/build/presseschau-sample/dataset", "must not lie in each other"),
    ],
)
def test_wrong_values_are_told_by_the_name_of_their_option(override: str, message: str) -> None:
    with pytest.raises(settings.ConfigError, match=message):
        settings.settings_from(composed(override))


@pytest.mark.parametrize("limit", ["400MB", "1.5 GiB", "2g", "80%", "1e3MB", "-1"])
def test_memory_limits_as_the_database_takes_them(limit: str) -> None:
    assert settings.Work(Path("work"), memory_limit=limit).memory_limit == limit


def test_a_dataset_folder_beside_the_stores_of_a_work_folder_is_no_mistake(tmp_path: Path) -> None:
    work = settings.Work(tmp_path)
    work.check_apart(tmp_path / "dataset")
    with pytest.raises(settings.ConfigError, match="must not lie in each other"):
        work.check_apart(tmp_path / "extract")


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ("topic: [", "scheme.yaml: while parsing"),
        ("topic: {classes: [{key: a}, {key: b}], lexicon: no.yaml}", "no.yaml: No such file"),
        ("topic: {classes: [{key: a, terms: '*'}, {key: b}]}", "term '*' of 'a'"),
        ("topic: {classes: [{key: a, iptc: 5}, {key: b}]}", "`iptc` a list"),
        ("topic: {classes: &c [{key: a}, {key: b}]}\nstance: {classes: *c}", "its stance has no class favor"),
    ],
)
def test_a_wrong_scheme_is_found_before_any_work(scheme: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "scheme.yaml").write_text(scheme, encoding="utf-8")
    done = run_script("build", f"pipeline.work_dir={tmp_path / 'w'}", f"label.scheme={tmp_path / 'scheme.yaml'}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert message in done.stderr


def test_a_lock_of_another_strategy_is_found_before_any_work(sample: Path, tmp_path: Path) -> None:
    lock = f"split.lock={sample / 'splits.json'}"
    done = run_script("build", f"pipeline.work_dir={tmp_path / 'w'}", lock, "split=random")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "split.lock was made with split=benchmark, this build has split=random" in done.stderr
    assert not (tmp_path / "w" / "extract").exists()


def test_lists_that_are_words_are_refused(sample: Path) -> None:
    for name, *overrides in (("export", f"dir={sample}", "columns=id"), ("benchmark", "action=compare", "runs=/tmp/x")):
        done = run_script(name, *overrides)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "must be a list: " in done.stderr


def test_the_home_folder_is_known_in_every_path(tmp_path: Path) -> None:
    (tmp_path / "takedown.txt").write_text("https://unbekannt.example/\n", encoding="utf-8")
    home = {"HOME": str(tmp_path)}
    done = run_script(
        "build", "output.dir=~/my data", "pipeline.work_dir=~/work", "takedown=~/takedown.txt", "engine.workers=2", env=home
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert run_script("verify", "dir=~/my data", env=home).returncode == 0
    assert run_script("export", "dir=~/my data", "output=~/all.csv", env=home).returncode == 0
    made = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert made == ["all.csv", "my data", "takedown.txt", "work"]
    # Who asked for what is left out is not to be read in the dataset, and a typo is not to be overlooked.
    assert "note: takedown: 1 of 1 entries match no article (line 1)" in done.stdout
    assert "match no article" not in (tmp_path / "my data" / "README.md").read_text(encoding="utf-8")


def test_a_multirun_leaves_nothing_but_its_datasets(tmp_path: Path) -> None:
    done = run_script(
        "build", "--multirun", f"output.dir={tmp_path}/ds-${{seed}}", f"pipeline.work_dir={tmp_path}/work",
        f"hydra.run.dir={tmp_path}", "seed=1,2", env={"PYTHONPATH": str(ROOT / "src")}, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ds-1", "ds-2", "work"]


def test_german_words_need_no_quotes(tmp_path: Path) -> None:
    table, out = tmp_path / "a.csv", tmp_path / "out"
    words = " ".join(f"Wort{i} steht in diesem Satz über Größen und Maße der Geräte." for i in range(12))
    table.write_text(f"Körper;Größe\n{words};XL\n", encoding="utf-8")
    done = run_script(
        "build", f"pipeline.work_dir={tmp_path / 'w'}", f"output.dir={out}", "source=csv", f"source.path={table}",
        "source.columns={text: Körper}", "source.keep=[Größe]", "dataset.creators=[Jörg Müller, B C, 2024]", "split=random",
        "dataset.name=2024", "dataset.contact=12345",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "Jörg Müller, B C, 2024" in card
    assert "12345" in card


def test_texts_mean_what_was_typed() -> None:
    typed = {"pretty_name": "Größe: A=B, 2026 (it's)", "homepage": "https://a.example/?x=1,2", "contact": "2026"}
    done = run_script(
        "build",
        *(f"dataset.{name}={text}" for name, text in typed.items()),
        *("source=csv", "source.path=x", "source.sep=,", "source.quote='"),
        'source.columns={"text": "body", "url": link}',
        "--cfg",
        "job",
    )
    assert done.returncode == 0, done.stderr
    config = yaml.safe_load(done.stdout)
    assert {name: config["dataset"][name] for name in typed} == typed
    assert (config["source"]["sep"], config["source"]["quote"]) == (",", "'")
    assert config["source"]["columns"] == {"text": "body", "url": "link"}


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("verify", ["dir="], "dir is empty: name the dataset folder"),
        ("verify", ["dir=x", "rebuild=nein"], "rebuild=nein must be true or false"),
        ("speed", ["source.path=x", "scaling=nein"], "scaling=nein must be true or false"),
        ("speed", ["source.path=x", "rounds=zwei"], "rounds=zwei must be a whole number"),
        ("speed", ["source.path=x", "pages=alle"], "pages=alle must be a whole number"),
        ("synthesize", ["workers=viele"], "workers=viele must be a whole number"),
        ("synthesize", ["workers=0"], "workers=0 must be at least 1"),
    ],
)
def test_mistakes_in_other_commands(command: str, options: list[str], message: str) -> None:
    done = run_script(command, *options)
    assert (done.returncode, done.stderr) == (2, f"error: {message}\n")


def test_no_article_at_all_exits_with_1_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("Kaum mehr als ein Satz.", encoding="utf-8")
    out = tmp_path / "out"
    done = run_script(
        "build", f"pipeline.work_dir={tmp_path / 'work'}", f"output.dir={out}", "source=text", f"source.path={tmp_path}"
    )
    assert done.returncode == 1
    assert "no article is left of the input pages (1 too_short)" in done.stderr
    assert (tmp_path / "work" / "ledger.parquet").exists()
    assert not out.exists()


def test_what_is_wrong_with_most_pages_is_said(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": }\n{"text": }\n{"text": 3}\n', encoding="utf-8")
    done = run_script(
        "build", f"pipeline.work_dir={tmp_path / 'work'}", f"output.dir={tmp_path / 'out'}", "source=jsonl",
        f"source.path={tmp_path / 'in.jsonl'}",
    )  # fmt: skip
    assert done.returncode == 1
    assert "(3 bad_record; most often: not JSON: " in done.stderr


def test_an_output_that_can_not_be_written_exits_with_1(tmp_path: Path) -> None:
    done = run_script("build", f"pipeline.work_dir={tmp_path}", "output.dir=/proc/dataset")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "/proc" in done.stderr


@pytest.mark.parametrize("name", ["a b", "a,b", "(2024)", "x=y", "it's", "ä", "1e5", "end\\", "[x]", "${no}"[:1]])
def test_paths_mean_what_was_typed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    done = run_script("build", f"pipeline.work_dir={tmp_path / 'w'}", "source=html", f"source.path={folder}")
    assert done.returncode == 2
    assert f"source.path={folder}: no *.html" in done.stderr


def test_names_are_read_as_utf8_whatever_the_locale(tmp_path: Path) -> None:
    (tmp_path / "Übung").mkdir()
    text = " ".join(f"Der Zug {i} fährt seit gestern wieder über die alte Brücke in die Stadt." for i in range(9))
    (tmp_path / "Übung" / "Größe.txt").write_text(text, encoding="utf-8")
    work, output = tmp_path / "Wörk", tmp_path / "Ergebnis ß"
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    own = ["source=text", f"source.path={tmp_path / 'Übung'}", f"output.dir={output}", f"pipeline.work_dir={work}"]
    done = run_script("build", *own, "split=random", "engine.workers=1", env=ascii_only)
    assert done.returncode == 0, done.stderr
    assert pq.read_table(output / "ledger.parquet").column("source").to_pylist() == ["Größe.txt"]


def test_an_argument_that_is_no_utf8_is_told_before_any_work(tmp_path: Path) -> None:
    done = run_script("build", "dataset.pretty_name=Gr\udcf6\udcdfe", f"pipeline.work_dir={tmp_path / 'w'}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is not in UTF-8" in done.stderr
    assert not (tmp_path / "w").exists()
    done = run_script("build", "source=html", f"source.path={tmp_path}/\udcf6")  # a folder may have any name
    assert "there is no such file or folder" in done.stderr


def test_a_terminal_without_german_is_told_what_it_can_show() -> None:
    done = run_script("explain", "--help", env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2026" in done.stdout


def test_closed_streams_stop_no_work(tmp_path: Path) -> None:
    pages = tmp_path / "one.jsonl"
    text = " ".join(
        f"Der Dienst {i} ist seit heute für alle Kunden in der Stadt wieder zu erreichen." for i in range(9)
    )
    pages.write_text(json.dumps({"url": "https://a.de/1", "text": text}), encoding="utf-8")
    own = [
        "source=jsonl",
        f"source.path={pages}",
        f"output.dir={tmp_path / 'd'}",
        f"pipeline.work_dir={tmp_path / 'w'}",
    ]
    command = shlex.join([sys.executable, "scripts/build.py", *own, "engine.workers=1"])
    done = subprocess.run(["sh", "-c", f"exec {command} <&- >&- 2>&-"], timeout=300, cwd=ROOT, check=False)
    assert done.returncode == 0
    assert (tmp_path / "d" / "manifest.json").exists()


def test_a_reader_who_has_gone_stops_no_work(sample: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts/verify.py"), f"dir={sample}"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        0, "note: standard output does not take what there is to say: No space left on device\n",
    )  # fmt: skip
    done = subprocess.run([*command, "--help"], stdout=closed(), stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: Broken pipe\n")


def closed() -> int:
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing
