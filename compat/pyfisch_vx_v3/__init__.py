# ruff: noqa: F403
# mypy: implicit-reexport
"""The wire's containers, builder and programs of the third chip revision under their original import name; see `fisch`."""

from fisch import run as run
from fisch import word_access_type as word_access_type
from fisch.builder import *
from fisch.containers import *
from fisch.events import *
from fisch.execution import RunTimeInfo as RunTimeInfo
from fisch.program import PlaybackProgram as PlaybackProgram
from fisch.reinit import ReinitStackEntry as ReinitStackEntry
from halco import SpikeLabel as SpikeLabel

__variant__ = "pybind11"

fpga_clock_cycles_per_us = 125
fpga_clock_cycles_per_ms = 1000 * fpga_clock_cycles_per_us
fpga_clock_cycles_per_s = 1000 * fpga_clock_cycles_per_ms

# the values of the I2C registers also have names of their own
I2CIdRegisterValue = word_access_type.I2CIdRegister
I2CTempRegisterValue = word_access_type.I2CTempRegister
I2CINA219RoRegisterValue = word_access_type.I2CINA219RoRegister
I2CINA219RwRegisterValue = word_access_type.I2CINA219RwRegister
I2CTCA9554RoRegisterValue = word_access_type.I2CTCA9554RoRegister
I2CTCA9554RwRegisterValue = word_access_type.I2CTCA9554RwRegister
I2CAD5252RwRegisterValue = word_access_type.I2CAD5252RwRegister
I2CDAC6573RwRegisterValue = word_access_type.I2CDAC6573RwRegister
I2CTCA9546RegisterValue = word_access_type.I2CTCA9546Register
