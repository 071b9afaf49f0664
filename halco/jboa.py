"""The I2C devices of the jBOA: port expander, bus multiplexer, digital potentiometers for the supplies, DAC."""

from halco.conversions import Family, at, to
from halco.kinds import Coordinate, Mixin
from halco.value import Linear

__all__ = [
    "AD5252ChannelConfigOnBoard", "AD5252ChannelConfigPersistentOnBoard", "AD5252ChannelOnAD5252", "AD5252ChannelOnBoard", "AD5252OnBoard",
    "DAC6573ChannelOnBoard", "DAC6573ChannelOnDAC6573", "DAC6573OnBoard", "I2CAD5252RwRegisterOnAD5252Channel",
    "I2CAD5252RwRegisterOnBoard", "I2CDAC6573RwRegisterOnBoard", "I2CTCA9546RegisterOnBoard", "I2CTCA9554RoRegisterOnBoard",
    "I2CTCA9554RoRegisterOnTCA9554", "I2CTCA9554RwRegisterOnBoard", "I2CTCA9554RwRegisterOnTCA9554", "TCA9546ChannelOnBoard",
    "TCA9546OnBoard", "TCA9554ChannelOnBoard", "TCA9554ConfigOnBoard", "TCA9554InputsOnBoard", "TCA9554OnBoard",
]  # fmt: skip


class _Expander(Family, Linear, size=1):
    """The port expander."""


class TCA9554OnBoard(_Expander, Coordinate):
    """Port expander chip."""


class TCA9554ConfigOnBoard(_Expander, Coordinate):
    """Outputs and directions of the port expander."""


class TCA9554InputsOnBoard(_Expander, Coordinate):
    """Inputs of the port expander."""


class TCA9554ChannelOnBoard(Linear, Coordinate, size=8):
    """Line of the port expander."""

    disable_vdd25_digital = at(0)
    disable_vdd12_digital = at(1)
    disable_vdd12_pll = at(2)
    disable_vdd12_madc = at(3)
    disable_vdd25_analog = at(4)
    disable_vdd12_analog = at(5)
    disable_led = at(6)
    disable_power = at(7)

    toTCA9554OnBoard = to(lambda e: 0 * e)


class I2CTCA9554RoRegisterOnTCA9554(Linear, size=1):
    """Read-only register of the port expander."""

    inputs = at(0)


class I2CTCA9554RoRegisterOnBoard(Mixin, local=I2CTCA9554RoRegisterOnTCA9554, mixed_in=TCA9554OnBoard, names="reg tca"):
    """Read-only register of the board's port expander."""


class I2CTCA9554RwRegisterOnTCA9554(Linear, size=3):
    """Writable register of the port expander."""

    outputs = at(0)
    polarity = at(1)
    config = at(2)


class I2CTCA9554RwRegisterOnBoard(Mixin, local=I2CTCA9554RwRegisterOnTCA9554, mixed_in=TCA9554OnBoard, names="reg tca"):
    """Writable register of the board's port expander."""


class TCA9546OnBoard(Linear, Coordinate, size=1):
    """Multiplexer of the I2C bus."""


class TCA9546ChannelOnBoard(Linear, Coordinate, size=4):
    """Branch of the I2C bus."""

    toTCA9546OnBoard = to(lambda e: 0 * e)


class I2CTCA9546RegisterOnBoard(Linear, size=1):
    """Register of the bus multiplexer."""


class AD5252OnBoard(Linear, Coordinate, size=3):
    """Double potentiometer; it sets two supplies."""

    vdd_25digital_12digital = at(0)
    vdd_12pll_12madc = at(1)
    vdd_12analog_25analog = at(2)


class AD5252ChannelOnAD5252(Linear, size=2):
    """One of the two potentiometers of a chip, under the maker's number."""

    channel_1 = at(0)
    channel_3 = at(1)


class _Potentiometer(Family, Mixin, local=AD5252ChannelOnAD5252, mixed_in=AD5252OnBoard, names="reg ad"):
    """Potentiometer of one supply."""

    vdd_25digital = at(0)
    vdd_12digital = at(1)
    vdd_12pll = at(2)
    vdd_12madc = at(3)
    vdd_12analog = at(4)
    vdd_25analog = at(5)


class AD5252ChannelOnBoard(_Potentiometer, Coordinate):
    """Potentiometer of a supply."""


class AD5252ChannelConfigOnBoard(_Potentiometer, Coordinate):
    """Present setting of a potentiometer."""


class AD5252ChannelConfigPersistentOnBoard(_Potentiometer, Coordinate):
    """Setting of a potentiometer that survives power off."""


class I2CAD5252RwRegisterOnAD5252Channel(Linear, size=2):
    """Register of a potentiometer."""

    rdac_volatile = at(0)
    eemem_persistent = at(1)


class I2CAD5252RwRegisterOnBoard(Mixin, local=I2CAD5252RwRegisterOnAD5252Channel, mixed_in=AD5252ChannelOnBoard, names="reg ad"):
    """Register of any potentiometer."""

    toAD5252ChannelOnAD5252 = to(lambda e: e // 2 % 2)


class DAC6573OnBoard(Linear, Coordinate, size=1):
    """DAC chip of the jBOA."""


class DAC6573ChannelOnDAC6573(Linear, size=4):
    """Output of the DAC."""


class DAC6573ChannelOnBoard(Mixin, Coordinate, local=DAC6573ChannelOnDAC6573, mixed_in=DAC6573OnBoard, names="reg dac"):
    """Voltage the jBOA sets."""

    v_reset = at(0)
    i_ref_board = at(1)
    v_res_meas = at(2)
    v_readout = at(3)


class I2CDAC6573RwRegisterOnBoard(Mixin, local=DAC6573ChannelOnDAC6573, mixed_in=DAC6573OnBoard, names="ch dac"):
    """Value register of a DAC output."""
