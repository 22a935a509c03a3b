"""What an importer assumes where the data are silent: the attractors of a Horizon 2020 scenario."""

from __future__ import annotations

from collections.abc import Collection

from ecosim.specs import AttractorSpec

__all__ = ["horizon_attractors"]

# Programme parts: LEIT industrial and digital technologies, SC1 health, SC2 food, SC3 energy, SC5 climate.
_ASSUMED = (
    AttractorSpec("Health and food", "idea", 0.15, sectors=("SC1", "SC2"), width=0.4, start=12, end=48),
    AttractorSpec("Green and digital transition", "market", 0.25, sectors=("LEIT", "SC3", "SC5"), width=0.6, start=36),
)


def horizon_attractors(sectors: Collection[str]) -> tuple[AttractorSpec, ...]:
    """Return the assumed attractors whose programme parts are all among `sectors`.

    Participations say who works with whom, not what draws them. Two attractors in the spirit of the programme's own
    priorities stand in; their strengths, widths and dates are assumptions, to be changed in the scenario file.
    """
    return tuple(attractor for attractor in _ASSUMED if set(attractor.sectors) <= set(sectors))
