"""What a study is, and how it is read and written.

``factors``  what varies
``study``    the study: data
``reading``  from TOML
``tables``   typed values from parsed TOML
``columns``  what can be kept month by month
``checks``   what the parts must satisfy together
``writing``  to TOML and to plain data
"""

from experiments.study.factors import Factor
from experiments.study.study import AnalysisSpec, DesignSpec, ReplicatesSpec, StepsSpec, Study

__all__ = ["AnalysisSpec", "DesignSpec", "Factor", "ReplicatesSpec", "StepsSpec", "Study"]
