"""Why: what drove a result. Knows no page.

``cases``      what is taken away in turn: each mechanism, each change of the visitor's
``ablating``   the runs, in a worker
``work``       the runs that are missing, handed to the workers, and what comes back of them
``effects``    what each thing contributes, with its interval
``sentences``  the same in words
``shown``      charts, their alternatives in words, their tables
``families``   the largest families of hybrids, traced in a worker
"""
