"""Compiled functions of the month: arrays, scalars and stream keys in, arrays and numbers out.

They know no object and keep no hidden generator. Each has a slow, plain twin in ``tests/reference``.
"""
