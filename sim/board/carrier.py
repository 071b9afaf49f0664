"""The chip carrier: what sits beside the chip itself and runs from standby power, whatever board carries it."""

from typing import Final
from weakref import proxy

from hicannx_sim.board.i2c import Device, IdentityEEPROM, Thermometer

TEMPERATURE: Final = 35.0
"""[deg C], assumed; the real boards report 15 to 45. (facts: registers/behaviour, board)"""
FIRST_WITH_THERMOMETER: Final = 75
"""Carriers with smaller serial numbers have no thermometer. (facts: registers/behaviour, board)"""


class Carrier:
    """EEPROM with the serial number (32 bits) and, from serial number 75 on, a thermometer. `temperature` [deg C] may be set."""

    def __init__(self, serial: int) -> None:
        self.temperature = TEMPERATURE
        self.devices: dict[int, Device] = {0x50: IdentityEEPROM(serial)}
        if serial >= FIRST_WITH_THERMOMETER:
            this = proxy(self)
            self.devices[0x48] = Thermometer(lambda: float(this.temperature))
