"""Where emergence begins, and whether theory puts it there.

``section``    the section of the report
``emergence``  P(emergence) with its uncertainty: a binomial Gaussian process
``theory``     R at every point
``lines``      crossings, and their distance to theory
``maps``       slices of the space
``reasons``    why measurement and theory can differ
``drawing``    figures
"""

from experiments.analysis.boundary.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
