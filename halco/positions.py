# ruff: noqa: F403
# mypy: implicit-reexport
"""Every coordinate of this chip, its FPGA and its board."""

from halco.board import *
from halco.cadc import *
from halco.capmem import *
from halco.chip import *
from halco.event import *
from halco.fpga import *
from halco.hemisphere import *
from halco.jboa import *
from halco.logical_neuron import *
from halco.neuron import *
from halco.ppu import *
from halco.readout import *
from halco.routing import *
from halco.synapse import *
from halco.synapse_driver import *
from halco.vector_generator import *
