"""A report of one run: what it says, put together once, then written as a web page and as a PDF, with the data beside.

``content``   what a report is made of: sections of paragraphs, tables, figures
``voice``     words and numbers of a language, names of strangers made safe to show
``facts``     the numbers of a run, read from the run itself
``saying``    the answer in sentences, and in a table
``settings``  what was set: dials, levers, assumptions
``figures``   the figures
``composing`` all of it in order
``page``, ``paper``  HTML and PDF
``data``      CSV and zip
``making``    what a worker does: play, compose, write the files; ``made`` is what it tells
``shelf``     where the files lie until they are fetched; ``titles``  what a world is called

Knows nothing of Solara.
"""
