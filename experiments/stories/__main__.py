"""``python -m experiments.stories NAME ... [--quick] [--redraw] [--workers N] [--out FOLDER]``."""

from experiments.stories import STORIES
from experiments.studies_runner import run_studies

if __name__ == "__main__":
    run_studies("experiments.stories", STORIES, "docs/stories")
