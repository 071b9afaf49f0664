"""One experiment at many points, on many chips, in many processes: `hicannx.sweep`. `docs/sweeps.md` is the manual."""

from hicannx.sweeps.points import grid
from hicannx.sweeps.results import Result, Results
from hicannx.sweeps.run import SweepError, sweep

__all__ = ["Result", "Results", "SweepError", "grid", "sweep"]
