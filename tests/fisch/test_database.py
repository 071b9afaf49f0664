"""The hardware database: the original's YAML format, its names, and what is wrong with a file."""

import pytest

from fisch import HwdbError, HXCubeFPGAEntry, HXCubeSetupEntry, HXCubeWingEntry, JboaAggregatorEntry, JboaSetupEntry
from fisch.database import VIRTUAL_CHIPS, Database, configured

TEXT = """
---
wafer: 4
setuptype: cubesetup
fpgas:
  - fpga: 0
---
hxcube_id: 0
fpgas:
  - fpga: 0
    # a comment
    ip: 192.168.60.1
    handwritten_chip_serial: 85
    fuse_dna: 0x3A0E92C4028D122F
    chip_revision: 3
    eeprom_chip_serial: 0x63e2da
    synram_timing_pcconf:
      - [1, 1]
      - [1, 1]
    synram_timing_wconf:
      - [3, 3]
      - [65, 65]
  - fpga: 3
    ip: 192.168.60.4
    ci_test_node: true
usb_serial: 'AFE25B4712002000'
xilinx_hw_server: 'server:3121'
---
jboa_id: 2
fpgas:
  - fpga: 12
    ip: 192.168.82.33
    handwritten_chip_serial: 13
    chip_revision: 3
aggregators:
  - aggregator: 0
    ip: 192.168.82.13
    ci_test_node: true
---
"""


@pytest.fixture
def database():
    made = Database()
    made.loads(TEXT)
    return made


def test_everything_in_a_file_is_read(database):
    assert (database.get_hxcube_ids(), database.get_jboa_ids()) == ([0], [2])
    wing = HXCubeWingEntry(85, 3, 0x63E2DA, ((1, 1), (1, 1)), ((3, 3), (65, 65)))
    fpgas = {0: HXCubeFPGAEntry("192.168.60.1", wing, 0x3A0E92C4028D122F), 3: HXCubeFPGAEntry("192.168.60.4", None, None, True)}
    cube = HXCubeSetupEntry(0, fpgas, None, "AFE25B4712002000", "server:3121")
    assert database.get_hxcube_setup_entry(0) == cube
    fpgas = {12: HXCubeFPGAEntry("192.168.82.33", HXCubeWingEntry(13, 3))}
    jboa = JboaSetupEntry(2, fpgas, {0: JboaAggregatorEntry("192.168.82.13", True)})
    assert database.get_jboa_setup_entry(2) == jboa
    assert database.find("192.168.60.4") == (cube, 3) and database.find("192.168.82.33") == (jboa, 12)


def test_what_is_written_can_be_read(database, tmp_path):
    path = tmp_path / "hwdb.yaml"
    path.write_text(database.dumps())
    again = Database()
    again.load(path)
    assert list(again.setups()) == list(database.setups()) and len(list(again.setups())) == 2


def test_entries_can_be_added_and_removed(database):
    for kind, entry in (("hxcube", HXCubeSetupEntry(9)), ("jboa", JboaSetupEntry(9))):
        add, has, get, remove = (getattr(database, f"{verb}_{kind}_setup_entry") for verb in ("add", "has", "get", "remove"))
        assert not has(9)
        add(9, entry)
        assert has(9) and get(9) is entry and 9 in getattr(database, f"get_{kind}_ids")()
        assert remove(9) and not remove(9) and not has(9)
        with pytest.raises(HwdbError, match=rf"no {kind} setup 9 in the hardware database, only \[\d\]"):
            get(9)
    with pytest.raises(HwdbError, match=r"^database has to be empty before loading new file"):
        database.loads(TEXT)
    database.clear()
    assert list(database.setups()) == []
    with pytest.raises(HwdbError, match=r"^Setup not found in hwdb\. \(no FPGA at 192\.168\.60\.1\)"):
        database.find("192.168.60.1")


@pytest.mark.parametrize(
    "text, problem",
    [
        ("hxcube_id: [", "is not YAML"),
        ("hxcube_id: zero", r"document 1 of the text: .*hxcube_id"),
        ("hxcube_id: 1\nfpgas: [{ip: 1.2.3.4}]", "missing required field `fpga`"),
        ("hxcube_id: 1\nfpgas: [{fpga: 0}]", "missing required field `ip`"),
        ("hxcube_id: 1\nfpgas: [5]", "document 1"),
        ("hxcube_id: 1\nfpgas: [{fpga: 3, ip: x}, {fpga: 3, ip: y}]", "document 1 of the text: fpga 3 is there 2 times"),
        ("jboa_id: 1\naggregators: [{aggregator: 3, ip: x}, {aggregator: 3, ip: y}]", "aggregator 3 is there 2 times"),
        ("hxcube_id: 1\n---\nhxcube_id: 2\n---\nhxcube_id: 1", "document 3 of the text: there is a setup of this number before it"),
        ("hxcube_id: 1\njboa_id: 2", "both hxcube_id 1 and jboa_id 2"),
        ("hxcube_id: -1", "hxcube_id"),
        ("hxcube_id: 1\nfpgas: [{fpga: 0, ip: x, handwritten_chip_serial: -3, chip_revision: 3}]", "handwritten_chip_serial"),
        ("hxcube_id: 1\nfpgas: {a: 1}", "document 1"),
        ("hxcube_id: 1\nfpgas: [{fpga: 0, ip: x, handwritten_chip_serial: 3}]", "chip_serial and chip_revision need each other"),
        ("hxcube_id: 1\nfpgas: [{fpga: 0, ip: x, eeprom_chip_serial: 3}]", "need handwritten_chip_serial and chip_revision"),
        ("hxcube_id: 1\nfpgas: [{fpga: 0, ip: x, synram_timing_wconf: [[1, 2, 3], [4, 5]]}]", "synram_timing_wconf"),
        ("a: 1\n---\njboa_id: 1\naggregators: [{ip: x}]", "document 2 of the text: .*aggregator"),
        ("hxcube_id: 1\nfpgas: [{" + ", ".join(f"k{i}: {i}" for i in range(12)) + "}]", "12 keys, at most 11"),
    ],
)
def test_what_is_wrong_with_a_file(text, problem):
    with pytest.raises(HwdbError, match=problem):
        Database().loads(text)


def test_unreadable_files(tmp_path):
    for path in (tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(HwdbError, match=f"{path} cannot be read"):
            Database().load(path)


def test_where_it_comes_from(tmp_path, monkeypatch):
    monkeypatch.delenv("HICANNX_HWDB", raising=False)
    assert Database.get_default_path() == str(VIRTUAL_CHIPS) and configured({}) is None
    path = tmp_path / "hwdb.yaml"
    path.write_text("hxcube_id: 7\n")
    monkeypatch.setenv("HICANNX_HWDB", str(path))
    assert Database.get_default_path() == str(path)
    assert configured({"HICANNX_HWDB": str(path), "SLURM_HWDB_YAML": "hxcube_id: 8"}).get_hxcube_ids() == [7]
    assert configured({"SLURM_HWDB_YAML": "hxcube_id: 8"}).get_hxcube_ids() == [8]


def test_the_original_names():
    import doctest

    import fisch.database
    import pyhwdb

    assert pyhwdb.database is Database and pyhwdb.HXCubeSetupEntry is HXCubeSetupEntry
    results = [doctest.testmod(module) for module in (pyhwdb, fisch.database)]
    assert all(result.attempted and not result.failed for result in results)
