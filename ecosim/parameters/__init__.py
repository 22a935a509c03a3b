"""Every parameter of the model, declared once: type, unit, bounds, default, source, role and help.

Command-line options, TOML validation, sweep spaces, dashboard sliders and the reference page are made from
these declarations. Nothing here knows of files, of state or of Mesa.
"""

from ecosim.declaration import Declaration
from ecosim.parameters.all import Parameters, declarations, find_declaration

__all__ = ["Declaration", "Parameters", "declarations", "find_declaration"]
