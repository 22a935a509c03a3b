"""The Pareto front of lever mixes, and the cheapest that reaches a target.

``section``  the section of the report
``drawing``  figures
"""

from experiments.analysis.mixes.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
