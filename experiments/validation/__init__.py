"""The scoreboard: what is known of innovation, diffusion and recombination, and what the model says to it.

``theory``    what is derived of R, beside what runs do
``limits``    mechanisms switched off until a textbook process is left
``classics``  other people's models played on our engine, beside what they published
``evidence``  real participations: networks, and predictions over a split in time
``facts``     stylised facts, by the estimators that the literature uses
``row``       a line of the scoreboard
``studies``   all studies, by name
``command``   ``ecosim validate``

A study is a module with ``QUESTION``, ``run(quick, workers) -> table``, ``conclude(table) -> findings``,
``draw(table) -> figure`` (as for `experiments.studies_runner`) and ``rows(findings) -> lines of the scoreboard``.
Studies of evidence also take the files: ``run(quick, workers, source)``.
"""
