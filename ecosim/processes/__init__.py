"""The rules of the month, one file each."""

from ecosim.processes.attract import Attract
from ecosim.processes.base import Process
from ecosim.processes.create import Create
from ecosim.processes.forget import Forget
from ecosim.processes.hybridise import Hybridise
from ecosim.processes.meet import Meet
from ecosim.processes.propagate import Propagate
from ecosim.processes.record import Record

__all__ = ["Attract", "Create", "Forget", "Hybridise", "Meet", "Process", "Propagate", "Record"]
