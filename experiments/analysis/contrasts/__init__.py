"""Policies against none, seed by seed.

``section``  the section of the report
``pairing``  paired values, and the variance that common random numbers save
``tables``   tables
``drawing``  figures
"""

from experiments.analysis.contrasts.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
