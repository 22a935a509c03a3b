"""The `ecosim` command. Imports late: help and a user's mistakes are answered before anything heavy is loaded."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecosim.errors import ConservationError, EcosimError, MissingExtraError, OutputError, ParameterError

if TYPE_CHECKING:
    from ecosim.model import EcosystemModel


def _whole(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers that says what was got and what is allowed."""

    def number(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise typer.BadParameter(f"{str(text)!r}: allowed is a whole number from {low} to {high}")
        return value

    return number


app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A simulator of innovation ecosystems: when do hybrid innovations emerge, and what would make them?",
)
importing = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Make a scenario from real data.")
app.add_typer(importing, name="import")


def main() -> None:
    """Run the command: exit code 0 done, 1 the run failed, 2 the user's input is wrong."""
    try:
        app()
    except EcosimError as problem:
        typer.echo(f"ecosim: {problem}", err=True)
        sys.exit(1 if isinstance(problem, ConservationError) else 2)


def _say(text: str, quiet: bool = False) -> None:
    if not quiet:
        typer.echo(text)


# -- what there is --------------------------------------------------------------------------------------------


@app.command()
def scenarios() -> None:
    """The stories that ship, one line each."""
    from ecosim.scenario import Scenario, shipped_scenarios

    for name in shipped_scenarios():
        typer.echo(f"{name:24} {Scenario.load(name).title}")


@app.command()
def parameters(french: Annotated[bool, typer.Option("--french", help="Help texts in French.")] = False) -> None:
    """Every parameter: default, unit, bounds, role, source and meaning."""
    from ecosim.parameters import declarations

    for item in declarations():
        default = str(item.default).lower() if item.type is bool else f"{item.default:g}"
        typer.echo(f"{item.path} = {default} [{item.unit}] {item.allowed} ({item.role}; {item.source})")
        typer.echo(f"    {item.french if french else item.english}")


# -- run ------------------------------------------------------------------------------------------------------


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a .toml file.")],
    months: Annotated[
        int | None, typer.Option(parser=_whole(1, 100_000), help="Months to play (default: as the scenario says).")
    ] = None,
    seed: Annotated[int, typer.Option(parser=_whole(0, 2**63 - 1), help="Seed of all randomness.")] = 1,
    values: Annotated[
        list[str] | None, typer.Option("--set", help="key=value: any declared parameter; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier result in that folder.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print what the run would be made from; run nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check the accounts every month: --set record.check=true.")
    ] = False,
) -> None:
    """Run a scenario; leave tables, figures and a report in the results folder."""
    from ecosim.inputs import resolve
    from ecosim.scenario import Scenario

    chosen = Scenario.load(scenario)
    chosen = chosen.with_values(_parse_values([*(values or []), *(["record.check=true"] if check else [])]))
    planned = chosen.months if months is None else months
    if explain:
        from ecosim.explain import explain as in_words

        _say(in_words(resolve(chosen), planned), quiet)
        return
    folder = out if out is not None else _free_folder(Path("results") / f"{chosen.name}-seed{seed}")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"--out {folder}: this is a file, a folder is needed")
    inputs = resolve(chosen)

    from ecosim.model import EcosystemModel
    from ecosim.results import RunFolder

    model = EcosystemModel(inputs, seed=seed)
    results = RunFolder.create(folder, model, planned, overwrite=overwrite)
    began = time.perf_counter()
    try:
        _play(model, planned, quiet)
    except KeyboardInterrupt:
        results.finish(model, "interrupted", time.perf_counter() - began)
        typer.echo(f"ecosim: interrupted after {model.month} of {planned} months; partial result in {folder}", err=True)
        raise typer.Exit(1) from None
    except BaseException as problem:
        results.fail(model, f"{type(problem).__name__}: {problem}", time.perf_counter() - began)
        raise
    results.finish(model, "complete", time.perf_counter() - began)
    _say(_summary(model), quiet)
    _say(f"Report: {folder / 'report.html'}", quiet)


def _parse_values(assignments: list[str]) -> dict[str, Any]:
    from ecosim.parameters import find_declaration

    values: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise ParameterError(f"--set {assignment}: allowed is key=value, such as medium.transmissibility=0.05")
        declaration = find_declaration(key.strip(), f"--set {assignment}")
        values[declaration.path] = declaration.parse(text.strip(), f"--set {assignment}")
    return values


def _free_folder(folder: Path) -> Path:
    """Return `folder`, or the first of folder-2, folder-3, ... that does not exist."""
    candidate, number = folder, 1
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _play(model: EcosystemModel, months: int, quiet: bool) -> None:
    """Play the months, with a progress bar and the time that is left; an interrupt waits for the month's end."""
    from rich import progress
    from rich.console import Console

    asked: list[int] = []

    def ask(number: int, _: object) -> None:
        if asked:  # asked twice: at once
            raise KeyboardInterrupt
        asked.append(number)

    columns = (
        progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn(),
        progress.TextColumn("months"), progress.TimeElapsedColumn(), progress.TextColumn("left"),
        progress.TimeRemainingColumn(),
    )  # fmt: skip
    before = signal.signal(signal.SIGINT, ask)
    try:
        with progress.Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
            task = bar.add_task(model.played_scenario.name, total=months)

            def after_month(played: int, _: int) -> None:
                bar.update(task, completed=played)
                if asked:
                    raise KeyboardInterrupt

            model.run(months, progress=after_month)
    finally:
        signal.signal(signal.SIGINT, before)


def _summary(model: EcosystemModel) -> str:
    from ecosim.report.economy_words import activity

    table = model.months
    known = table["r_theoretical"].dropna()
    hybrids = int(table["births_spontaneous"].sum() + table["births_recombinant"].sum())
    when = model.emergence_month
    return "\n".join(
        [
            f"{model.played_scenario.title}: {len(model.state.organisations):,} organisations, {len(table)} months, "
            f"seed {model.seed}",
            f"Hybrids born: {hybrids:,}, of which from other hybrids: {int(table['births_recombinant'].sum()):,}",
            f"R at the last evaluation (month {int(known.index[-1])}): {known.iloc[-1]:.2f}"
            if len(known)
            else "R: not evaluated",
            f"Hybrids feed on each other from month {when}" if when is not None else "No lasting emergence in this run",
            *filter(None, [activity(model.state, table)]),
        ]
    )


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="Results folder of an earlier run, or the folder of a sweep.")],
    run: Annotated[str | None, typer.Argument(help="Which run of a sweep: POINT/REPLICATE, such as 17/3.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run a result again and check that it is the same, bit for bit."""
    from ecosim.errors import ReplayError

    if run is not None:
        from experiments.commands import replay_command

        raise typer.Exit(replay_command(folder, run, quiet))
    from ecosim.results import replay as replay_result

    try:
        found = replay_result(folder)
    except OutputError as problem:
        if _holds_sweep(folder):
            raise OutputError(f"{folder}: holds a sweep: name the run, such as `ecosim replay {folder} 17/3`") from None
        raise problem
    except ReplayError as problem:
        typer.echo(f"ecosim: {problem}", err=True)
        raise typer.Exit(1) from None
    _say(str(found), quiet)


# -- sweeps ---------------------------------------------------------------------------------------------------

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="Name of a ready study, a .toml file, or a folder.")]
SweepFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")]
Workers = Annotated[int | None, typer.Option(parser=_whole(1, 100_000), help="Workers (default: one per processor).")]
QuickStudy = Annotated[bool, typer.Option("--quick", help="The small version of the study: minutes.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]


def _holds_sweep(folder: Path) -> bool:
    from experiments.store import is_sweep

    return is_sweep(folder)


def _shard(text: str) -> tuple[int, int]:
    part, slash, parts = text.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal()):
        raise typer.BadParameter(f"{text!r}: allowed is i/N, such as 0/8")
    return int(part), int(parts)


@app.command()
def studies() -> None:
    """The ready studies, one line each."""
    from experiments.commands import studies_command

    raise typer.Exit(studies_command())


@app.command()
def plan(study: StudyName, quick: QuickStudy = False, workers: Workers = None) -> None:
    """Play a short pilot: hours, disk and the confidence widths to expect of a study."""
    from experiments.commands import plan_command

    raise typer.Exit(plan_command(study, quick, workers))


@app.command()
def sweep(
    study: StudyName,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the sweep (default: results/NAME); goes on there.")
    ] = None,
    quick: QuickStudy = False,
    engine: Annotated[str, typer.Option(help="processes, dask or mpi.")] = "processes",
    workers: Workers = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786.")] = None,
    shard: Annotated[str | None, typer.Option(help="i/N: the i-th of N parts (from 0), for a job array.")] = None,
    extend: Annotated[bool, typer.Option("--extend", help="Let the folder hold this larger or other study.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Play runs again that failed.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run a study: many points, many replicates. Killed and started again, it goes on."""
    from experiments.commands import sweep_command

    options = {
        "engine": engine, "workers": workers, "scheduler": scheduler,
        "shard": None if shard is None else _shard(shard), "extend": extend, "retry": retry,
    }  # fmt: skip
    raise typer.Exit(sweep_command(study, out, quick, quiet, **options))


@app.command()
def status(folder: SweepFolder) -> None:
    """How far a sweep is, what failed, and what to do next."""
    from experiments.commands import status_command

    raise typer.Exit(status_command(folder))


@app.command()
def report(folder: SweepFolder, quiet: Quiet = False) -> None:
    """Write the report of a sweep, as far as it has come: HTML, figures, tables."""
    from experiments.commands import report_command

    raise typer.Exit(report_command(folder, quiet))


@app.command()
def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of the same study.")],
    out: Annotated[Path, typer.Option(help="Folder that holds all their runs then; may be one of them.")],
    quiet: Quiet = False,
) -> None:
    """Bring the runs of several folders of one study together."""
    from experiments.commands import merge_command

    raise typer.Exit(merge_command(folders, out, quiet))


@app.command()
def compact(folder: SweepFolder, quiet: Quiet = False) -> None:
    """Rewrite the many small parts of a sweep as few large ones."""
    from experiments.commands import compact_command

    raise typer.Exit(compact_command(folder, quiet))


# -- scoreboard -----------------------------------------------------------------------------------------------


@app.command()
def validate(
    names: Annotated[list[str] | None, typer.Argument(metavar="[STUDY]...", help="Studies to play.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every study: the whole scoreboard.")] = False,
    participations: Annotated[
        Path | None, typer.Option(help="CSV of participations: who took part in which project, and when.")
    ] = None,
    programmes: Annotated[Path | None, typer.Option(help="CSV of projects and their themes.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="OURS=THEIRS: what the file calls project, organisation, kind, country, start or theme."),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="THEIRS=OURS: which of its kinds is firm, lab or other.")
    ] = None,
    train_until: Annotated[
        int | None,
        typer.Option(parser=_whole(1, 9999), help="Last year to learn from (default: all but the last two)."),
    ] = None,
    test_until: Annotated[int | None, typer.Option(parser=_whole(1, 9999), help="Last year to predict.")] = None,
    title: Annotated[str | None, typer.Option(help="Name of the programme, for titles.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of tables and figures (default: results/validation); goes on there.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer and smaller runs: seconds instead of minutes.")] = False,
    workers: Annotated[
        int | None, typer.Option(parser=_whole(1, 1000), help="Processes (default: one per processor).")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Play also what the folder holds already.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Set the model beside theory, classics, real data and stylised facts; leave a scoreboard.

    Without names: the studies there are; with --participations, those that score its network.
    """
    from experiments.validation.command import given_source, list_command, validate_command

    source = given_source(participations, programmes, column or [], kind or [], train_until, test_until, title)
    if not names and not everything and source is None:
        raise typer.Exit(list_command())
    raise typer.Exit(validate_command(names or [], everything, source, out, quick, workers, again, quiet))


# -- ablation -------------------------------------------------------------------------------------------------


@app.command()
def ablate(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a .toml file.")],
    seeds: Annotated[int, typer.Option(parser=_whole(2, 100_000), help="Runs of each case: seeds 0 to N - 1.")] = 20,
    months: Annotated[
        int | None, typer.Option(parser=_whole(1, 100_000), help="Months to play (default: as the scenario says).")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", help="key=value: any declared parameter; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the runs, table and figure; goes on with it.")] = None,
    workers: Annotated[
        int | None, typer.Option(parser=_whole(1, 1000), help="Processes (default: one per processor).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Play a scenario with each mechanism off in turn: what does each contribute?"""
    from ecosim.scenario import Scenario

    chosen = Scenario.load(scenario).with_values(_parse_values(values or []))
    if out is not None and out.exists() and not out.is_dir():
        raise OutputError(f"--out {out}: this is a file, a folder is needed")

    from experiments.ablation_command import command

    raise typer.Exit(command(chosen, seeds, chosen.months if months is None else months, workers, out, quiet))


# -- import ---------------------------------------------------------------------------------------------------

Out = Annotated[Path, typer.Option(help="The scenario to write (.toml); its data files stand beside it.")]
Months = Annotated[int, typer.Option(parser=_whole(1, 100_000), help="Months that the scenario plays.")]


@importing.command("cordis")
def import_cordis(
    participations: Annotated[Path, typer.Argument(help="CSV of participations: rcn, pic, type, country.")],
    out: Out,
    programmes: Annotated[Path | None, typer.Option(help="CSV of programme parts: rcn, programme_part.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Country code to keep; may be repeated.")] = None,
    clusters: Annotated[str, typer.Option(help="communities or country.")] = "communities",
    months: Months = 120,
) -> None:
    """From EU Horizon 2020 participations (CORDIS)."""
    from ecosim.importers.cordis import import_cordis as make

    typer.echo(str(make(participations, out, programmes, tuple(country or ()), clusters, months)))


@importing.command("graph")
def import_graph(
    graph: Annotated[Path, typer.Argument(help="GraphML, GEXF, GML, edge list or CSV (a, b, weight).")],
    out: Out,
    months: Months = 120,
) -> None:
    """From any network that NetworkX reads."""
    from ecosim.importers.graph import import_graph as make

    typer.echo(str(make(graph, out, months=months)))


@importing.command("clusters")
def import_clusters(
    clusters: Annotated[Path, typer.Argument(help="CSV of clusters: name, theme, latitude, longitude.")],
    out: Out,
    firms: Annotated[int, typer.Option(parser=_whole(0, 5_000_000), help="Firms to generate.")] = 6000,
    labs: Annotated[int, typer.Option(parser=_whole(0, 1_000_000), help="Labs to generate.")] = 300,
    months: Months = 120,
) -> None:
    """From a list of clusters, with generated members."""
    from ecosim.importers.clusters import import_clusters as make

    typer.echo(str(make(clusters, out, firms=firms, labs=labs, months=months)))


# -- bench and dashboard --------------------------------------------------------------------------------------


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="core, society or sweep (default: core).")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures here.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller sizes, about a minute.")] = False,
) -> None:
    """Measure speed, memory and start, as ratios in one run."""
    from ecosim.bench import BENCHMARKS, run_benchmarks
    from experiments.benchmark import run_sweep

    run_benchmarks(names or ["core"], json_file, quick, {**BENCHMARKS, "sweep": run_sweep})


def _with_limits(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each limit of the dashboard, handed on by its name."""
    import dataclasses
    import inspect

    from dashboards.limits import Limits

    options = []
    for item in dataclasses.fields(Limits):
        own, public = item.default, item.metadata["public"]
        words = f"{item.metadata['words'].capitalize()} (default: {own}{f', {public} if public' * (own != public)})."
        option = typer.Option(parser=_whole(item.metadata["low"], item.metadata["high"]), help=words)
        kind = inspect.Parameter.KEYWORD_ONLY
        options.append(inspect.Parameter(item.name, kind, default=None, annotation=Annotated[int | None, option]))
    signature = inspect.signature(function, eval_str=True)
    before = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    function.__signature__ = signature.replace(parameters=[*before, *options])  # type: ignore[attr-defined]
    return function


@app.command()
@_with_limits
def dashboard(
    port: Annotated[int, typer.Option(parser=_whole(1, 65_535), help="Port to serve on.")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on: 0.0.0.0 for all of this machine.")] = "127.0.0.1",
    root_path: Annotated[str, typer.Option(help="Path under which a reverse proxy serves it, such as /ecosim.")] = "",
    frames: Annotated[str, typer.Option(help="Sites that may show it in a frame, such as https://example.org.")] = "",
    public: Annotated[
        bool, typer.Option("--public", help="Strangers can reach it, such as through a proxy: stricter limits.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Open it in the browser.")] = False,
    **limits: int | None,
) -> None:
    """Open the page in which policymakers play with an ecosystem."""
    from importlib.util import find_spec

    if find_spec("solara") is None:
        raise MissingExtraError("ecosim dashboard", "dashboard")
    from dashboards import launch

    given = {name: value for name, value in limits.items() if value is not None}
    launch(port, show, host, root_path, frames, public or None, given)


if __name__ == "__main__":
    main()
