"""The board around FPGA and chip with its SPI and I2C devices: the xBoard of a cube setup, or a jBOA board."""

from sim.board.board import XBoard
from sim.board.carrier import Carrier
from sim.board.i2c import Bus, Device, I2CMaster, IdentityEEPROM, PlainBus, RegisterDevice, Thermometer
from sim.board.jboa import JboaBoard, Memory, new_memory
from sim.board.jboa_devices import Expander, Multiplexer, NonVolatile, Potentiometer, SmallDAC
from sim.board.spi import SPIMaster
from sim.board.supply import SUPPLIES, Regulator, Supplies, SupplyMonitor
from sim.board.xboard import DAC, ShiftRegister

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
