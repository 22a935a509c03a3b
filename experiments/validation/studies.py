"""All studies of the scoreboard, by part and name: modules, looked up only when one is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["EXTRAS", "PARTS", "STUDIES", "WITH_FILES", "study"]

_OURS = "experiments.validation"
PARTS: dict[str, dict[str, str]] = {
    "Theory": {
        "agreement": "experiments.behaviours.agreement",
        "sensitivity": f"{_OURS}.theory.sensitivity",
        "surface": f"{_OURS}.theory.surface",
        "mean-field": f"{_OURS}.theory.mean_field",
        "extinction": f"{_OURS}.theory.extinction",
        "waiting": f"{_OURS}.theory.waiting",
        "exponents": f"{_OURS}.theory.exponents",
    },
    "Known limits": {
        "galton-watson": f"{_OURS}.limits.galton_watson",
        "contagion": f"{_OURS}.limits.contagion",
        "percolation": f"{_OURS}.limits.percolation",
        "bass": f"{_OURS}.limits.bass",
        "urn": f"{_OURS}.limits.urn",
    },
    "Classics": {
        "cowan-jonard": f"{_OURS}.classics.cowan_jonard",
        "silverberg-verspagen": f"{_OURS}.classics.silverberg_verspagen",
        "axelrod": f"{_OURS}.classics.axelrod",
        "watts": f"{_OURS}.classics.watts",
    },
    "Real data": {"networks": f"{_OURS}.evidence.networks", "time-split": f"{_OURS}.evidence.time_split"},
    "Stylised facts": {
        "heaps-zipf": f"{_OURS}.facts.heaps_zipf",
        "higher-order": f"{_OURS}.facts.higher_order",
        "pair-novelty": f"{_OURS}.facts.pair_novelty",
        "exploration": f"{_OURS}.facts.exploration",
        "cascades": f"{_OURS}.facts.cascades",
        "inverted-u": "experiments.behaviours.inverted_u",
    },
    "Behaviours": {
        "necessity": "experiments.behaviours.necessity",
        "tipping": "experiments.behaviours.tipping",
        "complementarity": "experiments.behaviours.complementarity",
        "crystallisation": "experiments.behaviours.crystallisation",
        "closure": "experiments.behaviours.closure",
        "hysteresis": "experiments.behaviours.hysteresis",
        "levers": "experiments.behaviours.levers",
        "mecapole": "experiments.stories.mecapole",
        "alfadir": "experiments.stories.alfadir",
    },
}
"""Module of each study, by its part of the scoreboard and its name."""
STUDIES: dict[str, str] = {name: module for part in PARTS.values() for name, module in part.items()}
WITH_FILES = frozenset(PARTS["Real data"])
"""Studies that need a file of participations."""

EXTRAS = {"time-split": "sklearn", "heaps-zipf": "powerlaw", "cascades": "powerlaw"}
"""What a study needs of the extra `experiments`."""


def study(name: str) -> Any:
    """Return the module of a study."""
    return import_module(STUDIES[name])
