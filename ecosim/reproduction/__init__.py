"""R, the innovation reproduction number. Reads the state, changes nothing.

``closed_forms``    what is known exactly in the dilute well-mixed limit
``crowding``        a hybrid's life in a portfolio that fills up, and the leading eigenvalue
``next_generation`` R of the current state: actual network, portfolios and field
``estimates``       R from the run's own births: cohort and instantaneous, and the month of emergence
"""

from ecosim.reproduction.closed_forms import (
    diffusion_number,
    dilute_reproduction,
    organisation_reproduction,
    well_mixed_reproduction,
)
from ecosim.reproduction.estimates import (
    cohort_reproduction,
    emergence_month,
    generation_weights,
    instantaneous_reproduction,
)
from ecosim.reproduction.next_generation import NextGeneration

__all__ = [
    "NextGeneration",
    "cohort_reproduction",
    "diffusion_number",
    "dilute_reproduction",
    "emergence_month",
    "generation_weights",
    "instantaneous_reproduction",
    "organisation_reproduction",
    "well_mixed_reproduction",
]
