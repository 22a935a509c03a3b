"""Mechanisms switched off until a textbook process is left. One study a file."""
