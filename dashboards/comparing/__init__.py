"""Several scenarios under the same histories: what is played, and what its differences say. Knows nothing of Solara.

``entries``      what is compared with what, under common assumptions
``replicates``   runs in a worker: outcomes and series of each
``work``         the runs that are missing, handed to the pool in small jobs; what comes back
``bands``        quantiles over histories, month by month
``effects``      paired differences, their intervals, what they cost
``sentences``    the same in plain words
``table``        all runs as CSV
"""
