"""Real ecosystems in: from the user's files to a scenario with its organisations, ties or clusters.

Importers write files that `Scenario.load` reads; they know nothing of state or of the model.
"""

from ecosim.importers.clusters import import_clusters
from ecosim.importers.cordis import import_cordis
from ecosim.importers.graph import import_graph
from ecosim.importers.writing import Summary

__all__ = ["Summary", "import_clusters", "import_cordis", "import_graph"]
