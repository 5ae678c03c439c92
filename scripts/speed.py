"""Times the build against the usual stack on the same pages: `python scripts/speed.py source.path=pages/`.

Needs the extra `speed`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command import BUILT, ROOT, run


def main(config: dict[str, Any]) -> int:
    import orjson

    from presseschau.config import ConfigError, convert
    from presseschau.pipeline.speed import measure

    rounds, scaling = convert(config["rounds"], int, "rounds"), convert(config["scaling"], bool, "scaling")
    pages, options = convert(config["pages"], int | None, "pages"), convert(config["build"], tuple[str, ...], "build")
    if rounds < 1:
        raise ConfigError(f"rounds={rounds} must be at least 1")
    try:
        found = measure(config["source"], ROOT / "scripts/build.py", options, rounds, pages)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    summary = found.summary()
    if scaling:
        from presseschau.pipeline.scaling import measure_scaling

        own = measure_scaling(config["source"], ROOT / "scripts/build.py", options, rounds, pages)
        summary["scaling"] = own.summary()
    out = Path(config["output"])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(orjson.dumps(summary, option=orjson.OPT_INDENT_2) + b"\n")
    grown = summary.get("scaling")
    cpu, stages = summary["cpu_ms_per_page"], summary["stage_cpu_ms_per_page"]
    print(
        f"{summary['pages']} pages of {summary['page_bytes'] / 1024:.0f} KiB, medians of {summary['rounds']} rounds, "
        "CPU of all processes, start-up taken off\n"
        f"  this build      {cpu['build']:8.2f} ms a page; {cpu['second_half']:.2f} in their second half, so "
        f"{summary['fixed_cpu_seconds']:.1f} s of the build are the same for any number of pages\n"
        f"  the usual stack {cpu['usual']:8.2f} ms a page   {summary['usual_over_build']:.1f} x this build\n"
        f"  the floor       {cpu['floor']:8.2f} ms a page   this build is at {summary['build_over_floor']:.1f} x\n"
        f"  by stage        {', '.join(f'{name} {ms:.2f}' for name, ms in stages.items())} ms a page\n"
        f"  start-up        {summary['startup_cpu_seconds']:8.2f} s; a rebuild with nothing changed "
        f"{summary['rebuild_cpu_seconds']:.2f} s = {summary['rebuild_over_build']:.1%} of the first build, with "
        f"{summary['new_pages']} new pages {summary['growth_cpu_seconds']:.2f} s = {summary['growth_over_build']:.1%}\n"
        f"  peak memory     {summary['main_peak_mib']} MiB main process, {summary['worker_peak_mib']} MiB worker\n"
        + (
            f"  {grown['workers']} workers       {grown['many'] / grown['one']:8.2f} x the pages a second of one, "
            f"{grown['efficiency']:.2f} of {grown['workers']} separate processes (load {grown['load']})\n"
            if grown
            else ""
        )
        + f"written to {out}"
    )
    return BUILT


if __name__ == "__main__":
    run("speed", main, "the measurement failed")
