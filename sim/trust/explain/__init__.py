"""Why nothing happens: what a program attempted, did not get, and the register that stands in the way.

>>> from hicannx_sim import System
>>> System().explain()
[]
"""

from collections.abc import Sequence
from typing import Any, Final

from hicannx_sim.chip.chip import Chip
from hicannx_sim.trust.explain import converters, correlation, events, neurons, processors
from hicannx_sim.trust.explain.finding import Finding
from hicannx_sim.trust.explain.view import View

__all__ = ["Finding", "explain"]

_ALL: Final = (*events.PATHS, *neurons.PATHS, *converters.PATHS, *correlation.PATHS, *processors.PATHS)
_PATHS: Final = sorted(_ALL, key=lambda path: path.alone)
"""Those last that are told only if nothing else was found."""


def explain(chip: Chip, fpga: dict[str, Any], ended: bool = True, known: Sequence[Finding] | None = None) -> list[Finding]:
    """All findings, from the registers as they stand and the counters since power-on.

    fpga: counters of the FPGA. ended: no program follows that could bring something to its end. known: findings in the same state while
    one could still follow; only the other paths are walked again.
    """
    view, found = View(chip, fpga), list(known or ())
    for path in _PATHS:
        if (ended if path.late else known is None) and not (path.alone and found):
            found += path.walk(view)
    return found
