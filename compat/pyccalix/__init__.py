# ruff: noqa: F403
# mypy: implicit-reexport
"""The compiled module of calix under its original import name: options, targets, and pieces of playback programs.

For calix since its options are classes of this module (`ab1b62c6`), and since its targets are (`e573081`). See `hicannx.calibration`.
"""

from hicannx.calibration.client_paths import install as install
from hicannx.calibration.options import *
from hicannx.calibration.targets import *
from hicannx.calibration.values import PotentialInVolt as PotentialInVolt
from hicannx.calibration.values import TimeInS as TimeInS
from pyccalix import hagen as hagen
from pyccalix import helpers as helpers
from pyccalix import spiking as spiking

install()

__variant__ = "pybind11"
