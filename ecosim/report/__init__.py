"""A run told to somebody who was not there: figures, tables and sentences in one HTML file.

``style``           colours, fonts and how a figure becomes a PNG
``figures``         which figures a run has
``time_figures``    over the months: R and births
``place_figures``   which sectors crossed, and where
``family_figures``  cascades and the largest family
``words``           headline, explanations, numbers
``ingredients``     the three ingredients, measured
``facts``           what the page says, as plain data
``report``          the page
"""

from ecosim.report.report import Report, make_report

__all__ = ["Report", "make_report"]
