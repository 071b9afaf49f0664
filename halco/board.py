"""The boards around the chip: supplies and DACs of the xBoard, supplies and I2C devices of the jBOA."""

from halco.conversions import Family, at, to
from halco.kinds import Coordinate, Mixin
from halco.value import Linear

__all__ = [
    "ADCOnBoard", "ADCSourceOnBoard", "DACChannelBlockOnBoard", "DACChannelOnBoard", "DACChannelOnDAC", "DACControlBlockOnBoard",
    "DACOnBoard", "I2CINA219RoRegisterOnBoard", "I2CINA219RoRegisterOnINA219", "I2CINA219RwRegisterOnBoard", "I2CINA219RwRegisterOnINA219",
    "I2CIdRegisterOnBoard", "I2CTempRegisterOnBoard", "INA219ConfigOnBoard", "INA219OnBoard", "INA219StatusOnBoard", "LEDOnBoard",
    "SPIDACControlRegisterOnBoard", "SPIDACControlRegisterOnDAC", "SPIDACDataRegisterOnBoard", "SPIDACDataRegisterOnDAC",
    "SPIShiftRegisterOnBoard", "ShiftRegisterOnBoard", "TMP112StatusOnBoard", "VDDOnBoard",
]  # fmt: skip


class ShiftRegisterOnBoard(Linear, Coordinate, size=1):
    """Register of switches: supplies, LEDs, analog multiplexers (xBoard)."""


class SPIShiftRegisterOnBoard(Linear, size=1):
    """The shift register as seen from its SPI bus."""


class LEDOnBoard(Linear, size=6):
    """Light on the xBoard."""

    led_1 = at(0)
    led_2 = at(1)
    led_3 = at(2)
    led_4 = at(3)
    led_7 = at(4)
    led_8 = at(5)


class VDDOnBoard(Linear, size=6):
    """Supply voltage the xBoard switches and sets."""

    vdd25_digital = at(0)
    vdd12_digital = at(1)
    vdd25_analog = at(2)
    vdd12_analog = at(3)
    vdd12_madc = at(4)
    vdd12_pll = at(5)

    toDACChannelOnBoard = to(lambda e: e + 8)


class ADCOnBoard(Linear, size=1):
    """ADC of the xBoard."""


class ADCSourceOnBoard(Linear, size=10):
    """What the ADC of the xBoard looks at."""

    readout_chain_0 = at(0)
    readout_chain_1 = at(1)
    mux_rfu_0 = at(2)
    v_reset = at(3)
    vdd_res_meas = at(4)
    mux_dac_25 = at(5)
    i_ref = at(6)
    mux_rfu_1 = at(7)
    mux_rfu_2 = at(8)
    none = at(9)


class DACOnBoard(Linear, Coordinate, size=2):
    """DAC chip of the xBoard."""


class DACChannelOnDAC(Linear, size=8):
    """Output of a DAC chip."""


class DACChannelOnBoard(Mixin, Coordinate, local=DACChannelOnDAC, mixed_in=DACOnBoard, names="channel dac"):
    """Voltage the xBoard sets."""

    v_reset = at(0)
    v_res_meas = at(1)
    mux_rfu_0 = at(2)
    mux_rfu_1 = at(3)
    i_ref_board = at(4)
    ana_readout_debug_0 = at(5)
    ana_readout_debug_1 = at(6)
    mux_dac_25 = at(7)
    vdd25_digital = at(8)
    vdd12_digital = at(9)
    vdd25_analog = at(10)
    vdd12_analog = at(11)
    vdd12_madc = at(12)
    vdd12_pll = at(13)
    general_purpose_0 = at(14)
    general_purpose_1 = at(15)

    toVDDOnBoard = to(lambda e: e - 8, within=range(8, 14))


class DACChannelBlockOnBoard(Linear, Coordinate, size=1):
    """All voltages the xBoard sets."""


class DACControlBlockOnBoard(Linear, Coordinate, size=1):
    """Which DAC outputs are switched on."""


class SPIDACDataRegisterOnDAC(Linear, size=8):
    """Value register of a DAC output."""


class SPIDACDataRegisterOnBoard(Mixin, local=SPIDACDataRegisterOnDAC, mixed_in=DACOnBoard, names="channel dac"):
    """Value register of any DAC output."""


class SPIDACControlRegisterOnDAC(Linear, size=4):
    """Control register of a DAC chip."""

    gain_reference = at(0)
    ldac = at(1)
    power_down = at(2)
    reset = at(3)


class SPIDACControlRegisterOnBoard(Mixin, local=SPIDACControlRegisterOnDAC, mixed_in=DACOnBoard, names="channel dac"):
    """Control register of any DAC chip."""


class TMP112StatusOnBoard(Linear, Coordinate, size=1):
    """Thermometer."""


class I2CTempRegisterOnBoard(Linear, size=1):
    """Register of the thermometer."""


class I2CIdRegisterOnBoard(Linear, size=1):
    """Identification register of the board."""


class _PowerMonitor(Family, Linear, size=6):
    """Monitor of one supply: voltage and current."""

    vdd12_digital = at(0)
    vdd25_digital = at(1)
    vdd12_analog = at(2)
    vdd25_analog = at(3)
    vdd12_madc = at(4)
    vdd12_pll = at(5)


class INA219OnBoard(_PowerMonitor, Coordinate):
    """Power monitor chip."""


class INA219ConfigOnBoard(_PowerMonitor, Coordinate):
    """Settings of a power monitor."""


class INA219StatusOnBoard(_PowerMonitor, Coordinate):
    """Readings of a power monitor."""


class I2CINA219RoRegisterOnINA219(Linear, size=4):
    """Read-only register of a power monitor."""

    shunt = at(0)
    bus = at(1)
    power = at(2)
    current = at(3)


class I2CINA219RoRegisterOnBoard(Mixin, local=I2CINA219RoRegisterOnINA219, mixed_in=INA219OnBoard, names="reg ina"):
    """Read-only register of any power monitor."""


class I2CINA219RwRegisterOnINA219(Linear, size=2):
    """Writable register of a power monitor."""

    config = at(0)
    calibration = at(1)


class I2CINA219RwRegisterOnBoard(Mixin, local=I2CINA219RwRegisterOnINA219, mixed_in=INA219OnBoard, names="reg ina"):
    """Writable register of any power monitor."""
