"""A study from TOML: everything that can be wrong in it is said before anything is played.

``study``    the file as a whole
``tables``   typed reading of TOML tables, laying ``[quick]`` over the rest
``checks``   what the parts must satisfy together; designs and analyses check themselves
"""

from experiments.reading.study import load_study, ready_studies, study_from_table

__all__ = ["load_study", "ready_studies", "study_from_table"]
