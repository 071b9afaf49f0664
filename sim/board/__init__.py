"""The board around FPGA and chip with its SPI and I2C devices: the xBoard of a cube setup, or a jBOA board."""

from hicannx_sim.board.board import XBoard
from hicannx_sim.board.carrier import Carrier
from hicannx_sim.board.i2c import Bus, Device, I2CMaster, IdentityEEPROM, PlainBus, RegisterDevice, Thermometer
from hicannx_sim.board.jboa import JboaBoard, Memory, new_memory
from hicannx_sim.board.jboa_devices import Expander, Multiplexer, NonVolatile, Potentiometer, SmallDAC
from hicannx_sim.board.spi import SPIMaster
from hicannx_sim.board.supply import SUPPLIES, Regulator, Supplies, SupplyMonitor
from hicannx_sim.board.xboard import DAC, ShiftRegister

Board = XBoard | JboaBoard

__all__ = [
    "DAC",
    "SUPPLIES",
    "Board",
    "Bus",
    "Carrier",
    "Device",
    "Expander",
    "I2CMaster",
    "IdentityEEPROM",
    "JboaBoard",
    "Memory",
    "Multiplexer",
    "NonVolatile",
    "PlainBus",
    "Potentiometer",
    "RegisterDevice",
    "Regulator",
    "SPIMaster",
    "ShiftRegister",
    "SmallDAC",
    "Supplies",
    "SupplyMonitor",
    "Thermometer",
    "XBoard",
    "new_memory",
]
