"""The behaviours that must hold of the model (design document, section 5), one study a file.

Each study has ``run(quick) -> table of runs``, ``conclude(table) -> findings in words and numbers`` and
``draw(table) -> figure``. The defaults of the model are used as they are, never tuned for a study.
"""

from types import ModuleType

from experiments.behaviours import (
    agreement,
    closure,
    complementarity,
    crystallisation,
    hysteresis,
    inverted_u,
    levers,
    necessity,
    tipping,
)

STUDIES: dict[str, ModuleType] = {
    "necessity": necessity,
    "tipping": tipping,
    "complementarity": complementarity,
    "crystallisation": crystallisation,
    "inverted-u": inverted_u,
    "agreement": agreement,
    "closure": closure,
    "hysteresis": hysteresis,
    "levers": levers,
}
