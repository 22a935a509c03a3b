"""The seeded well-mixed experiment as a run function of a study: there R is known (`behaviours.tipping`).

A study of the model has one horizon for all its points. Here it grows with the size, which finite-size scaling needs:
the time to relax at the threshold grows with the square root of the number of organisations, and curves of different
sizes cross at the threshold only when each is looked at after equally many of these times.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.behaviours.tipping import WELL_MIXED, success_for

__all__ = ["OUTCOMES", "seeded"]

OUTCOMES = ("late_births", "alive", "recombinant", "r_first")


def seeded(values: Mapping[str, Any], seed: int, months: int | None) -> dict[str, float]:
    """Play the experiment once and return `OUTCOMES`, as `experiments.outcomes` has them.

    values : ``population.firms``; ``next_generation_r``, from which the base drive follows; ``seeded_share``; and
        ``relaxations``, months per square root of the number of organisations
    months : not used
    """
    from ecosim import EcosystemModel
    from ecosim.reproduction import well_mixed_reproduction
    from experiments.outcomes import measured

    firms = int(values["population.firms"])
    drive = -math.log1p(-success_for(well_mixed_reproduction, float(values["next_generation_r"])))
    with EcosystemModel(
        seed=seed, firms=firms, base_drive=drive, seeded_share=float(values["seeded_share"]), **WELL_MIXED
    ) as model:
        model.run(int(float(values["relaxations"]) * math.sqrt(firms)))
        return measured(model, OUTCOMES)
