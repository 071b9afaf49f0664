"""The table of physical numbers: complete entries, consistent with the published fits."""

import pytest

from hicannx_sim.base.numbers import CHIP, CIRCUITS, FPGA, PPU, TABLE, Certainty, number


def test_every_number_says_what_it_is() -> None:
    for name, entry in TABLE.items():
        assert entry.unit and entry.source, name
        assert isinstance(entry.certainty, Certainty), name


def test_no_name_stands_twice() -> None:
    assert len(TABLE) == len(CHIP) + len(CIRCUITS) + len(FPGA) + len(PPU)


def test_unknown_number_is_named() -> None:
    with pytest.raises(KeyError, match="flux_capacitance"):
        number("flux_capacitance")


@pytest.mark.parametrize(("cell", "slope", "offset"), [("leak", 0.79, -180), ("reset", 0.88, -250), ("threshold", 0.99, 60)])
def test_potentials_agree_with_the_fits_of_the_calibration_demo(cell: str, slope: float, offset: float) -> None:
    for code in (300, 600, 900):
        reading = (number(f"{cell}_offset") + number(f"{cell}_slope") * code - number("madc_offset")) / number("madc_lsb")
        assert reading == pytest.approx(slope * code + offset, abs=4)


def test_membrane_capacitance_at_full_setting() -> None:
    picofarad = number("membrane_capacitance_per_code") * (63 + number("membrane_capacitance_intrinsic")) * 1e12
    assert 2.2 < picofarad < 2.4


def test_leak_time_constant_at_full_capacitance() -> None:
    farad = number("membrane_capacitance_per_code") * (63 + number("membrane_capacitance_intrinsic"))
    assert farad / number("leak_conductance_per_code") * 1e6 == pytest.approx(1400, rel=0.1)


def test_intrinsic_capacitance_shows_in_connected_neurons() -> None:
    share = 5 * number("membrane_capacitance_intrinsic") / (63 + number("membrane_capacitance_intrinsic"))
    assert share > 0.24  # a hardware test asks for this increase of the time constant of six connected circuits
