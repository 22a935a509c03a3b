"""The store: a folder that survives kills, grows, and can be read by anybody.

``identity``  what a run is called
``schema``    columns, and how they are written
``parts``     what one worker writes
``folder``    what was asked for, and what of it is done
``manifest``  what was asked for, in words; the scenarios
``rows``      the rows of all parts, each run once
``results``   reading: pandas
``views``     reading: xarray, DuckDB
``merging``   several folders into one, many parts into few
"""

from experiments.store.folder import SweepFolder, is_sweep
from experiments.store.results import Results, load

__all__ = ["Results", "SweepFolder", "is_sweep", "load"]
