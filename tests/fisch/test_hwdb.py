"""Entries of setups."""

import pytest

import fisch


def cube(**fpga) -> fisch.HXCubeSetupEntry:
    return fisch.HXCubeSetupEntry(hxcube_id=7, fpgas={3: fisch.HXCubeFPGAEntry(ip="10.0.0.1", **fpga)})


def test_identifier_of_a_chip():
    setup = cube(wing=fisch.HXCubeWingEntry(handwritten_chip_serial=85, eeprom_chip_serial=0x63E2DA))
    assert setup.get_unique_branch_identifier(85) == setup.get_unique_branch_identifier(0x63E2DA) == "hxcube7fpga3chip85_1"
    assert setup.get_ids_from_unique_branch_identifier("hxcube7fpga3chip85_1") == (7, 3, 85, 1)
    jboa = fisch.JboaSetupEntry(3, {12: fisch.HXCubeFPGAEntry(wing=fisch.HXCubeWingEntry(13))})
    assert jboa.get_unique_branch_identifier(13) == "jboa3fpga12chip13_1"
    assert jboa.get_ids_from_unique_branch_identifier("jboa3fpga12chip13_1") == (3, 12, 13, 1)


def test_no_chip():
    with pytest.raises(fisch.FischError, match=r"^No chip with serial 85 found"):
        cube().get_unique_branch_identifier(85)
    with pytest.raises(fisch.FischError, match="Found no match for jboa ID in identifier"):
        fisch.JboaSetupEntry.get_ids_from_unique_branch_identifier("hxcube7fpga3chip85_1")


def test_dna_port_is_the_fuses_backwards():
    assert cube(fuse_dna=1 << 63).fpgas[3].get_dna_port() == 1
    assert cube(fuse_dna=1 << 7 | 1).fpgas[3].get_dna_port() == 1 << 56
    with pytest.raises(fisch.FischError, match="not known"):
        cube().fpgas[3].get_dna_port()
