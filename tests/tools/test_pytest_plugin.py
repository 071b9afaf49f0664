"""Tests of other people's, run with the plugin."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest
import hicannx_sim
from fisch import ut
from stadls import SystemInit, generate, run

HEADERS = {(message.group, message.name): message.header for message in ut.TO_FPGA}
READ, HALT = HEADERS["omnibus_to_fpga", "Address"], HEADERS["system", "Loopback"]

def initialise(chip):
    builder, _ = generate(SystemInit(chip.get_hwdb_entry()[0]))
    run(chip, [builder.done()])

def test_plain(chip):
    assert chip.get_unique_identifier() == ["hxcube0fpga0chip0_1"]

@pytest.mark.serials(7, 9)
def test_each(chip):
    initialise(chip)
    assert chip.get_unique_identifier()[0].startswith(("hxcube0fpga0chip7", "hxcube0fpga0chip9"))

def test_lenient(chip):
    chip.connections[0].execute([READ << 56 | 1 << 36 | 0x80ABCDEF, HALT << 56])

@pytest.mark.strict
def test_strict(chip):
    with pytest.raises(hicannx_sim.UndefinedAccess):
        chip.connections[0].execute([READ << 56 | 1 << 36 | 0x80ABCDEF, HALT << 56])
"""


def test_a_session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_FPGA_IPS", raising=False)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("--junit-xml=found.xml", "-p", "no:benchmark")
    result.assert_outcomes(passed=5)
    cases = {case.get("name"): case for case in ElementTree.parse(Path(pytester.path) / "found.xml").iter("testcase")}
    assert set(cases) == {"test_plain", "test_each[chip7]", "test_each[chip9]", "test_lenient", "test_strict"}
    noted = [entry.get("value") for entry in cases["test_lenient"].iter("property") if entry.get("name") == "not modelled"]
    assert noted, "the access is in the report"
    assert not list(cases["test_plain"].iter("property"))
    result.stdout.fnmatch_lines(["*virtual chips*", "*test_lenient*"])


def test_options(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_FPGA_IPS", raising=False)
    pytester.makepyfile("def test_it(chip):\n    print(chip.insight, end=' ')\n")
    result = pytester.runpytest_subprocess("--chip-serials=3,5", "--chip-strict", "-s", "-p", "no:benchmark")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*System(chip 3, typical, seed 0, cube, strict*"])
    assert pytester.runpytest_subprocess("--chip-serials=three", "-p", "no:benchmark").ret == pytest.ExitCode.USAGE_ERROR


def test_a_real_system_is_no_virtual_chip(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HXCOMM_ENABLE_ZERO_MOCK", "1")
    pytester.makepyfile(
        "import pytest\ndef test_it(chip):\n    assert len(chip) == 1\n@pytest.mark.strict\ndef test_that(chip):\n    pass\n"
    )
    pytester.runpytest_subprocess("-p", "no:benchmark").assert_outcomes(passed=1, skipped=1)
