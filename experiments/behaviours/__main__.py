"""``python -m experiments.behaviours NAME ... [--quick] [--redraw] [--workers N] [--out FOLDER]``."""

from experiments.behaviours import STUDIES
from experiments.studies_runner import run_studies

if __name__ == "__main__":
    run_studies("experiments.behaviours", STUDIES, "docs/behaviours")
