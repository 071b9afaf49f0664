"""See `grenade.modules.experiment`; chips are calibrated to the parameters of their neurons."""

from typing import Any

from _hxtorch_core import get_unique_identifier
from grenade.modules import ExecutionInstance, Experiment
from haldls.lola import Chip
from hicannx.calibration.parameters import chip_for

__all__ = ["BaseExperiment", "ExecutionInstance"]


class BaseExperiment(Experiment):
    """Modules that run together. What is given for a run is read from them when it begins."""

    def calibrated(self, targets: dict[str, Any]) -> Chip:
        """A virtual chip as computed from its numbers. CalibrationError for any other chip, and for what cannot be computed."""
        return chip_for(get_unique_identifier()[0], targets)
