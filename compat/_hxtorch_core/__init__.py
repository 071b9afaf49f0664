"""hxtorch's compiled core under its original import name: the process' connection, and conversions between arrays and networks.

Needs no torch. See `grenade.hardware` and `grenade.observables`.
"""

from _hxtorch_core._arrays import dense_spikes_to_list, extract_n_spikes, weight_to_connection
from _hxtorch_core._core_package import install as _find_core
from _hxtorch_core._hardware import (
    CalibrationPath,
    HWDBPath,
    get_unique_identifier,
    init_hardware,
    init_hardware_minimal,
    release_hardware,
)
from hicannx.calibration.client_paths import install as _answer_paths

__all__ = [
    "CalibrationPath",
    "HWDBPath",
    "dense_spikes_to_list",
    "extract_n_spikes",
    "get_unique_identifier",
    "init_hardware",
    "init_hardware_minimal",
    "release_hardware",
    "weight_to_connection",
]

_answer_paths()
_find_core()
