"""Scenario discovery: boxes and trees.

``section``  the section of the report
``prim``     the patient rule induction method
``cases``    what counts as a case, and the held-out test
``tree``     trees
``drawing``  figures
"""

from experiments.analysis.discovery.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
