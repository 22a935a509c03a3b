"""The rules of the month, one file each."""

from ecosim.processes.ally import Ally
from ecosim.processes.attract import Attract
from ecosim.processes.audit import Audit
from ecosim.processes.base import Process
from ecosim.processes.create import Create
from ecosim.processes.earn import Earn
from ecosim.processes.enter import Enter
from ecosim.processes.exit import Exit
from ecosim.processes.forget import Forget
from ecosim.processes.hybridise import Hybridise
from ecosim.processes.launch import Launch
from ecosim.processes.meet import Meet
from ecosim.processes.propagate import Propagate
from ecosim.processes.record import Record
from ecosim.processes.reframe import Reframe
from ecosim.processes.sell import Sell
from ecosim.processes.support import Support
from ecosim.processes.trust import Trust
from ecosim.processes.users import Users

__all__ = [
    "Ally", "Attract", "Audit", "Create", "Earn", "Enter", "Exit", "Forget", "Hybridise", "Launch", "Meet", "Process",
    "Propagate", "Record", "Reframe", "Sell", "Support", "Trust", "Users",
]  # fmt: skip
