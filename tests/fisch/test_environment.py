"""Every environment variable: its range, what is said when it is missed, and names that nobody knows."""

import logging
import re
from pathlib import Path

import pytest

import fisch
from fisch.environment import (
    OF_BUILD_AND_TESTS,
    TABLE,
    Addresses,
    Choice,
    Command,
    File,
    Folder,
    Listed,
    Seconds,
    Switch,
    Text,
    Whole,
    require_known,
    serial_setting,
    setting,
    unknown,
)

ROOT = Path(__file__).parents[2]
BAD = {
    Whole: ["abc", "-1", str(2**64), "1.5", "0x", "1e3", "9" * 5000],
    Listed: ["abc", "-1", "1,,2", "1,", "1;2", "1 2", f"3,{2**64}"],
    Seconds: ["soon", "-1", "nan", "inf", "1e300"],
    Switch: ["yes", "2", "on", "-1", "1.0"],
    Choice: ["perfect", "0", "IDEAL"],
    Addresses: ["nowhere", "1.2.3", "300.0.0.1", "127.0.0.1:1", "127.0.0.1:1:70000", "127.0.0.1:-1:2", "127.0.0.1,x", "a" * 300, "::1"],
    File: ["/nowhere", "/", "/etc/passwd/x"],
    Folder: ["/etc/passwd"],
    Command: ["nowhere-to-be-found", "/nowhere/gcc", "sh '", "'"],
}
GOOD = {
    Whole: ["0", " 17 ", "0x10"],
    Listed: ["0", " 17 , 3", "0x10,7,8"],
    Seconds: ["0", "2.5"],
    Switch: ["0", "1", "TRUE", "false"],
    Addresses: ["", "127.0.0.1,127.0.0.2:1:2"],
    File: ["/etc/passwd"],
    Folder: ["/", "/nowhere/yet"],
    Command: ["sh", "sh -c 'exit 1'"],
}


@pytest.mark.parametrize("name", [name for name, variable in TABLE.items() if not isinstance(variable.values, Text)])
def test_every_variable_has_a_range(name):
    kind = type(TABLE[name].values)
    for text in BAD[kind]:
        with pytest.raises(fisch.SettingError, match=f"^{name}: ") as caught:
            setting({name: text}, name)
        assert "\n" not in str(caught.value) and isinstance(caught.value, fisch.ConnectionFailedError)
        if kind is not Addresses:
            assert str(TABLE[name].values) in str(caught.value)
    for text in GOOD.get(kind, TABLE[name].values.words if kind is Choice else []):
        setting({name: text}, name)
    assert setting({}, name) == setting({name: " "}, name) == TABLE[name].default


@pytest.mark.parametrize("name", [name for name, variable in TABLE.items() if variable.of == "choice of the connection"])
def test_connecting_refuses_what_is_out_of_range(name):
    with pytest.raises(fisch.ConnectionFailedError, match=name):
        fisch.connection_from_environment({name: "300"})


def test_misspelt_names_are_told_once(caplog, monkeypatch):
    monkeypatch.setattr("fisch.environment._told", set())  # another test may have used these names
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            require_known({"HICANNX_STIRCT": "1", "HICANNX_RUN_TIME": "3", "HICANNX_QQ": "", "PATH": "", "HICANNX_CHIP": "1"})
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 3 and "HICANNX_RUN_TIME is not known" in said[1] and "is HICANNX_RUN_TIMEOUT meant?" in said[1]
    assert "is HICANNX_STRICT meant?" in said[2] and "HICANNX_QQ" in said[0] and "there are HICANNX_CHIP" in said[0]


@pytest.mark.parametrize("name", ["hicannx_chip", "HicannX_Chip", "HICANNXCHIP", "HICANN_CHIP", "HICANN_X_CHIP", "HICANNX__CHIP"])
def test_beginnings_that_are_misspelt(name):
    (said,) = unknown({name: "1"}).values()
    assert said.endswith("is HICANNX_CHIP meant?") and name in said


def test_variables_of_others_are_left_alone():
    assert not unknown({"HICANN": "", "HICANN_DLS_PRIVATE": "", "HICANNXYZ": "", "CHIP": "", "MODE": "", "HXCOMM_CHIP": ""})


def test_misspelt_names_are_errors_in_strict_mode():
    with pytest.raises(fisch.SettingError, match="HICANNX_SERIAL is not known"):
        fisch.connection_from_environment({"HICANNX_SERIAL": "1", "HICANNX_STRICT": "1", "HXCOMM_ENABLE_ZERO_MOCK": "1"})


def test_the_table_is_complete():
    """Whatever is called HICANNX_... anywhere in the sources is in it."""
    found = set()
    for path in (
        path for room in ("fisch", "sim", "tools", "stadls", "haldls", "halco", "compat") for path in (ROOT / room).rglob("*.py*")
    ):
        if path.suffix in (".py", ".pyx", ".pyi"):
            found |= set(re.findall(r"HICANNX_[A-Z_]+[A-Z]", path.read_text()))
    assert found - OF_BUILD_AND_TESTS == {name for name in TABLE if name.startswith("HICANNX_")}


def test_the_documents_show_the_table():
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in (ROOT / "docs/connections.md").read_text().splitlines()]
    shown = {row[0].strip("`"): row[1:] for row in rows if len(row) == 5}
    shown.pop("variable")
    shown.pop("---")
    assert shown == {
        name: [variable.of, variable.meaning, str(variable.values), variable.shown]
        for name, variable in TABLE.items()
        if variable.of != "choice of the connection"
    }


def test_several_chips_where_one_is_meant():
    assert setting({"HICANNX_CHIP": "7, 8"}, "HICANNX_CHIP") == (7, 8) and serial_setting({"HICANNX_CHIP": "7"}) == 7
    with pytest.raises(fisch.SettingError, match="HICANNX_CHIP: 7, 8 are several chips, and one is needed here"):
        serial_setting({"HICANNX_CHIP": "7,8"})
