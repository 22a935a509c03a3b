"""Signals before tipping, and their false alarms.

``section``  the section of the report
``signals``  variance, autocorrelation, trends, ROC
``drawing``  figures
"""

from experiments.analysis.early_warning.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
