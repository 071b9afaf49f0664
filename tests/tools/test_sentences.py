"""What the commands say of files, options and files' contents that there cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hicannx import tables, words
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import kind_of
from hicannx.cli import main
from hicannx.configuration import configuration_of
from hicannx.errors import HicannxError
from hicannx.health.results import References
from hicannx.lab import Bench, LabError
from hicannx.registers import citations


@pytest.mark.parametrize(
    "line, text",
    [
        (["record", "--vcd", "a.vcd", "nowhere.py"], "nowhere.py: there is no such script"),
        (["view", "nowhere.py"], "nowhere.py: there is no such script"),
        (["cluster", "nowhere.py"], "nowhere.py: there is no such script"),
        (["sweep", "nowhere.py:f", "--grid", "g=1"], "nowhere.py:f: a script and a function in it are needed"),
        (["sweep", f"{__file__}:nothing", "--grid", "g=1"], "test_sentences.py has no function 'nothing'"),
        (["words", "make", "Address", "address"], "'address': a field is given as name=value"),
        (["serve", "--setup", "jboa", "--gdb", "0", "1", "2"], "a debugger stops the time of a chip"),
    ],
)
def test_what_cannot_be_done(line: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 1
    assert text in capsys.readouterr().err


def test_a_script_that_ends_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "ends.py"
    script.write_text("raise SystemExit('no chip is free')\n")
    assert main(["doctor", str(script)]) == 1
    assert "no chip is free" in capsys.readouterr().err


def test_messages_without_fields_are_shown_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "show", hex(words.make("Setup"))]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_sequence_numbers_have_32_bits() -> None:
    with pytest.raises(words.WordError, match="sequence numbers of a frame have 32 bits"):
        words.frame([], sequence=1 << 32)


def test_tables_are_plain_where_rich_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "rich.table", None)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    tables.show(("field", "bits"), [("v_leak", "w0[9:0]")])
    assert capsys.readouterr().out == "field   bits\nv_leak  w0[9:0]\n"


def test_what_has_no_configuration() -> None:
    with pytest.raises(HicannxError, match="3 has no configuration: a connection, a snapshot or a program is needed"):
        configuration_of(3)


def test_registers_of_the_fpga_have_their_page_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reg", "0x80000000"]) == 1 or main(["reg", "0x88000009"]) == 1
    assert "has no container" in capsys.readouterr().err


def test_registers_are_found_by_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reg", "search", "NeuronBackendConfig"]) == 0
    assert "NeuronBackendConfig" in capsys.readouterr().out


def test_facts_that_are_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(citations, "FOLDERS", (tmp_path,))
    with pytest.raises(FileNotFoundError, match=r"the chapters of facts are in none of .*; reinstall the package"):
        citations.chapter_texts()


def test_references_of_checks_are_a_table_of_chips(tmp_path: Path) -> None:
    path = tmp_path / "references.json"
    path.write_text('{"chip": 3}')
    with pytest.raises(HicannxError, match="not a file of references that checks have written: it is no table of chips; remove it"):
        References(path)


def test_two_processors_have_two_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", "--program", "a", "--program", "b", "--program", "c", __file__]) == 1
    assert "--program: there are two PPUs" in capsys.readouterr().err


def test_calibrations_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CalibrationError, match=r"'spikes' is no calibration; there are: .*spiking"):
        kind_of("spikes")


def test_currents_flow_while_the_recording_lasts() -> None:
    with Bench() as bench, pytest.raises(LabError, match="a current from 5 to 200 us: the recording lasts from 0 to 100 us"):
        bench.step(0, 100, 5, 200)
