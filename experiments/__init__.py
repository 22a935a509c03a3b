"""Experiments on ecosim: many runs, compared with intervals.

``behaviours`` holds the studies that show what must hold of the model; run them with
``python -m experiments.behaviours NAME [--quick]``.
"""
