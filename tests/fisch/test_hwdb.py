"""Entries of setups."""

import pytest

import fisch


def cube(**fpga) -> fisch.HXCubeSetupEntry:
    return fisch.HXCubeSetupEntry(hxcube_id=7, fpgas={3: fisch.HXCubeFPGAEntry(ip="10.0.0.1", **fpga)})


def test_identifier_of_a_chip():
    assert cube(wing=fisch.HXCubeWingEntry(handwritten_chip_serial=85)).get_unique_branch_identifier(3) == "hxcube7fpga3chip85_1"


def test_no_chip():
    with pytest.raises(fisch.FischError, match=r"No chip present\. \(hxcube7, FPGA 3\)"):
        cube().get_unique_branch_identifier(3)
    with pytest.raises(fisch.FischError, match=r"hxcube7 has no FPGA 0, only \[3\]"):
        cube().get_unique_branch_identifier(0)


def test_dna_port_is_the_fuses_backwards():
    assert cube(fuse_dna=1 << 63).fpgas[3].get_dna_port() == 1
    assert cube(fuse_dna=1 << 7 | 1).fpgas[3].get_dna_port() == 1 << 56
    with pytest.raises(fisch.FischError, match="not known"):
        cube().fpgas[3].get_dna_port()
