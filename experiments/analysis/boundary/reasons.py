"""Why the measured boundary may lie elsewhere than theory's R = 1: what a study has that theory leaves out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.study.factors import SCENARIO

if TYPE_CHECKING:
    from experiments.store import Results

__all__ = ["reasons"]


def reasons(results: Results, outcome: str, above_one: bool, below_one: bool, theory: str) -> list[str]:
    """Return sentences: first what makes emergence begin at R > 1 (if it does somewhere), then at R < 1.

    They follow from the study and its runs; which of them weighs how much is not measured here.
    """
    study = results.study
    if study.scenario is None or study.run or SCENARIO in study.paths:
        return []
    parameters, found = study.scenario.parameters, []
    varied = set(study.paths)
    months = study.months or study.scenario.months
    starts = [attractor.start for attractor in study.scenario.attractors]
    left = months
    if starts and parameters.dials.attractor_dial > 0:
        left = months - min(starts)
    forgetting = parameters.knowledge.forgetting
    firms, labs = parameters.population.firms, parameters.population.labs
    if above_one and forgetting > 0 and left > 0 and "knowledge.forgetting" not in varied:
        lives = left * forgetting
        when = f"{months} months"
        if left < months:
            when = f"of the {when}, {left} are left once the attractor is on"
        needed = 10.0 ** (1.0 / lives)
        found.append(
            f"Finite horizon: {when}, {lives:.1f} times the {1 / forgetting:.0f} months after which a carrier forgets. "
            f"Births that grow by R in each such time grow tenfold only where R is above about {needed:.2f}; slower "
            "emergence comes after the end."
        )
        found += _late_runs(results, outcome, months)
    if above_one and "population.firms" not in varied:
        found.append(
            f"Finite size: with {firms + labs:,} organisations the first few hybrids often die out by chance although "
            "R is above 1, so that emergence is likelier than not only further up."
        )
    if above_one and outcome == "late_births":
        found.append(
            "A floor: births set in continuously at the threshold (few per organisation just above R = 1), so that "
            "they pass the floor only further up."
        )
    if above_one and theory in ("next-generation", "dilute") and parameters.latent.seeded_share > 0:
        found.append(
            "Seeds: the closed form is R of an ecosystem without hybrids; the seeded ones, and those that come of "
            "them, crowd the portfolios, so that R with them there (r_first) is a little lower."
        )
    if above_one and theory not in ("next-generation", "dilute"):
        if parameters.population.clusters > 1:
            found.append(
                "Clusters and distance: R is the leading eigenvalue, R where hybrids feed on each other best; the "
                "hybrids that are born elsewhere have fewer offspring (docs/behaviours.md, agreement)."
            )
        if theory == "r_first":
            found.append("Crowding: r_first is R of month 0; as portfolios fill with hybrids, R falls within the run.")
    if below_one and parameters.latent.spontaneous:
        found.append(
            "Spontaneous births: hybrids are also born of basic bricks alone, so that there are recombinant births, in "
            "bursts, below R = 1 too."
        )
    if below_one and parameters.latent.seeded_share > 0:
        number = parameters.latent.seeded_share
        seeds = f"{number * (firms + labs):,.0f} seeded hybrids" if "population.firms" not in varied else "the seeds"
        found.append(
            f"Seeds and horizon: {seeds} take long to die out just below R = 1 (the decline is slow there), so that "
            f"some are still left after {months} months."
        )
    if parameters.latent.seeded_share > 0 and theory == "r_first":
        found.append(
            "Seeds in r_first: it is R of month 0 with the seeded hybrids there; they crowd portfolios, so that it "
            "lies a little below R of an empty ecosystem: the more seeds and the higher the transmissibility, the more."
        )
    if theory == "dilute":
        found.append("Crowding: the dilute formula leaves it out, and is too high by it: its R = 1 lies too low.")
    return found


def _late_runs(results: Results, outcome: str, months: int) -> list[str]:
    """Return when runs at points that emerge now and then do so, if the study knows."""
    if "emergence_month" not in results.study.outcomes or outcome != "emerged":
        return []
    share = results.means("emerged")
    near = [point for point, value in enumerate(share) if 0 < value < 1]
    runs = results.good
    when = runs.loc[runs["point"].isin(near), "emergence_month"].dropna()
    if len(when) < 5:
        return []
    last = float(when.quantile(0.75))
    middle = float(when.median())
    if math.isnan(middle):
        return []
    return [
        f"At the points where some runs emerge and some do not, those that do begin in month {middle:.0f} (median; a "
        f"quarter after month {last:.0f}) of {months}."
    ]
