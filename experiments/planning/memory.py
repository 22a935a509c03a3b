"""The highest use of memory by this process over a while. Where the system cannot forget an earlier peak (only Linux
can), the peak is that of the whole life of the process: too high, never too low.
"""  # fmt: skip

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["PeakMemory"]


class PeakMemory:
    """Watches from when it is made."""

    def __init__(self) -> None:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the peak: man 5 proc

    def bytes(self) -> int | None:
        """Return the highest resident size since, None where the system does not say."""
        with suppress(OSError):
            for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        try:
            import resource
        except ImportError:  # Windows
            return None
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
