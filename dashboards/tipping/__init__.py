"""Where R passes 1: the map of every story, the way to the edge, and the levers that cross it. Knows no Solara.

``axes``       which settings are varied; ``run``, ``study``, ``building``, ``fitting``: how the map is made
``atlas``      the map that ships; ``surrogate``: what it answers
``edges``, ``mixes``  how far to the edge; which lever tips first, and the cheapest mix
``confirm``    the same asked of live runs
"""
