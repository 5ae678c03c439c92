"""Every config composes, every option means something, and every mistake on the command line is one clear line."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

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
COMMANDS = sorted(p.stem for p in (ROOT / "scripts").glob("*.py") if p.stem != "command")


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


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["sede=4"], "unknown option sede: did you mean seed?"),
        (["splt=random"], "unknown option splt: did you mean split?"),
        (["split=randm"], "split=randm is not known: did you mean random?"),
        (["split.fractoin=1"], "unknown option split.fractoin"),
        (["split.test=high"], "split.test=high must be a number"),
        (["split.test=2"], "split.test"),
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
        (["split.cutoff=soon"], "split.cutoff=soon must be a day"),
        (["label.keep=[ai"], "can't read label.keep=[ai: write OPTION=VALUE"),
        (["seed"], "can't read seed: write OPTION=VALUE"),
    ],
)
def test_mistakes_exit_with_2_and_one_line(overrides: list[str], message: str, tmp_path: Path) -> None:
    done = run_script("build", f"pipeline.work_dir={tmp_path}", *overrides)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_german_words_need_no_quotes(tmp_path: Path) -> None:
    table, out = tmp_path / "a.csv", tmp_path / "out"
    words = " ".join(f"Wort{i} steht in diesem Satz über Größen und Maße der Geräte." for i in range(12))
    table.write_text(f"Körper;Größe\n{words};XL\n", encoding="utf-8")
    done = run_script(
        "build", f"pipeline.work_dir={tmp_path / 'w'}", f"output.dir={out}", "source=csv", f"source.path={table}",
        "source.columns={text: Körper}", "source.keep=[Größe]", "dataset.creators=[Jörg Müller, B C]", "split=random",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Jörg Müller" in (out / "README.md").read_text(encoding="utf-8")


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
