# ruff: noqa: F403
# mypy: implicit-reexport
"""The registers of the chip, its FPGA and its board as containers.

>>> from haldls import CapMemCell, NeuronConfig
>>> config = NeuronConfig(enable_fire=True)
>>> config.membrane_capacitor_size = 63
>>> [hex(word) for word in config.encode()]
['0x0', '0x0', '0x0', '0xfc', '0x4', '0x0']
>>> config.enable_fire = "yes"
Traceback (most recent call last):
TypeError: NeuronConfig.enable_fire takes True or False, not 'yes'

A container is a table (see `haldls.container` and `haldls.fields`). `containers` lists all that can be written or read, in the
original's order; `container_on` tells which one stands on a coordinate class.
"""

import halco as halco  # says in one line if nothing is built
from haldls.container import container_on as container_on
from haldls.errors import *
from haldls.registers import *
