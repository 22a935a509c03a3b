"""Real participations beside the model: networks, and predictions over a split in time.

``source``          what files to read, which columns, which years; ``participations`` reads, ``window`` splits them
``projection``      from participations to a network, the same way for observed and simulated
``simulated``       the model played on organisations known by the split; ``grouping`` makes projects of meetings
``nulls``           the same participations by chance; ``compared`` sets networks side by side
``networks``        the study of networks; ``networks_figure`` draws it
``known``           what is known by a year; ``targets`` what is to be predicted after it
``crossings``       the model's expected hybrids, by organisation and theme
``predictors``      the rules that the model is set beside; ``forecast`` all of them, given the years before only
``scores``          AUC, precision, Brier, calibration, with intervals
``time_split``      the study of predictions; ``time_split_rows`` its lines, ``time_split_figure`` its figure
"""
