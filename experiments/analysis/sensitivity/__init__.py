"""Sobol' indices behind a guard, and the share of seed noise.

``section``  the section of the report
``guards``   what may be analysed, and what must be said
``indices``  the numbers
``figures``  figures
"""

from experiments.analysis.sensitivity.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
