"""What values fit an observation, and whether known ones are recovered.

``section``    the section of the report
``posterior``  random-forest ABC
``draws``      stored runs as draws from the prior
``words``      what is said
``drawing``    figures
"""

from experiments.analysis.calibration.section import OPTIONS, analyse, check

__all__ = ["OPTIONS", "analyse", "check"]
