"""The behaviours that must hold of the model (design document, section 5), one study a file.

Each study has ``run(quick) -> table of runs``, ``conclude(table) -> findings in words and numbers``,
``draw(table) -> figure`` and ``rows(findings) -> lines of the scoreboard``; `ecosim validate NAME` plays it. The
defaults of the model are used as they are, never tuned for a study.
"""
