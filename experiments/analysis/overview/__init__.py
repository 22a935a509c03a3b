"""Every outcome at a glance.

``section``  the section of the report
``figures``  figures
"""

from experiments.analysis.overview.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
