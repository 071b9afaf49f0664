"""The board around FPGA and chip: SPI and I2C devices of the xBoard (cube setup)."""

from sim.board.board import MONITORED, SUPPLIES, TEMPERATURE, Board, Supply
from sim.board.i2c import I2CMaster, IdentityEEPROM, WordDevice, supply_monitor, thermometer
from sim.board.spi import SPIMaster
from sim.board.xboard import DAC, REFERENCES, ShiftRegister

__all__ = [
    "DAC",
    "MONITORED",
    "REFERENCES",
    "SUPPLIES",
    "TEMPERATURE",
    "Board",
    "I2CMaster",
    "IdentityEEPROM",
    "SPIMaster",
    "ShiftRegister",
    "Supply",
    "WordDevice",
    "supply_monitor",
    "thermometer",
]
