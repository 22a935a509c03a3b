"""What a study is: data. How it is read from a file is in `experiments.reading`.

``factors``  what varies
``study``    the study
``points``   what is played at a point
``columns``  what can be kept month by month
``writing``  to plain data, as the manifest keeps it
"""

from experiments.study.factors import Factor
from experiments.study.study import AnalysisSpec, DesignSpec, ReplicatesSpec, StepsSpec, Study

__all__ = ["AnalysisSpec", "DesignSpec", "Factor", "ReplicatesSpec", "StepsSpec", "Study"]
