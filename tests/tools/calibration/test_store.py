"""Calibrations are kept where clients look for them, and told apart."""

import gzip
import re
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

import hicannx
from halco import CADCChannelConfigOnDLS, CapMemBlockOnDLS, CapMemCellOnCapMemBlock, CapMemCellOnDLS, TimerOnDLS
from haldls import CADCChannelConfig, CapMemCell
from haldls.lola import Chip
from hicannx.calibration import client_paths
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import KINDS
from hicannx.calibration.making import make
from hicannx.calibration.store import CalibrationWarning, Store, chip_of_identifier, read
from hicannx.calibration.success import common_failures
from hicannx.cli import main
from hicannx_sim import Mode, VirtualChip
from stadls import DumperDone, PlaybackProgramBuilderDumper, convert_to_chip, from_json, from_portablebinary

SPIKING = KINDS["spiking"]


def test_a_calibration_is_made_once_and_found_again(monkeypatch):
    first = hicannx.calibration_writes("spiking", 7)
    monkeypatch.setattr("hicannx.calibration.making.make", None)
    assert hicannx.calibration_writes("spiking", 7).tolist() == first.tolist()


def test_chip_and_mode_come_from_the_environment(monkeypatch):
    seven = hicannx.calibrated_chip("spiking", 7)
    monkeypatch.setenv("HICANNX_CHIP", "7")
    assert hicannx.calibrated_chip() == seven != hicannx.calibrated_chip(serial=8)
    monkeypatch.setenv("HICANNX_MODE", "ideal")
    assert hicannx.calibrated_chip() != seven == hicannx.calibrated_chip(mode=Mode.TYPICAL)


@pytest.mark.parametrize(
    "arguments, text",
    [
        (("foo",), "'foo' is no calibration; there are: hagen"),
        ((7,), "7 is no calibration"),
        (("spiking", -1), "serial number .*: -1 is outside"),
        (("spiking", 1.5), "serial number .*: 1.5 is not a whole number"),
        (("spiking", 7, "best"), "mode 'best' of a virtual chip"),
    ],
)
def test_a_kind_or_chip_that_does_not_exist(arguments, text):
    with pytest.raises(RuntimeError, match=text):
        hicannx.calibrated_chip(*arguments)


def test_files_are_named_and_placed_as_on_the_real_system(store_folder):
    make(Store(), SPIKING, VirtualChip(7))
    (folder,) = store_folder.glob("typical-*/hicann-dls-sr-hx/hxcube0fpga0chip7_1/stable/latest")
    binary, text = DumperDone(), DumperDone()
    from_portablebinary(binary, (folder / "spiking_cocolist.pbin").read_bytes())
    from_json(text, gzip.decompress((folder / "spiking_cocolist.json.gz").read_bytes()).decode())
    assert binary.tolist() == text.tolist()
    assert convert_to_chip(binary, Chip()) == hicannx.calibrated_chip("spiking", 7)


def test_a_calibration_of_another_chip_or_model_is_named(monkeypatch):
    path = make(Store(), SPIKING, VirtualChip(7))
    with warnings.catch_warnings(action="error"):
        read(path, SPIKING, VirtualChip(7))
    with pytest.warns(CalibrationWarning, match="of chip 7 and not 8"):
        read(path, SPIKING, VirtualChip(8))
    monkeypatch.setattr("hicannx.calibration.store.model_version", lambda: "newer")
    with pytest.warns(CalibrationWarning, match="version of the model .* and not newer"):
        read(path, SPIKING, VirtualChip(7))


READER = """\
from pathlib import Path
from dlens_vx_v3 import sta
def chip_from_file(path):
    dumper = sta.DumperDone()
    sta.from_portablebinary(dumper, Path(path).read_bytes())
    return sta.convert_to_chip(dumper)
"""


@pytest.mark.parametrize("of", [Path, str])
def test_a_client_that_reads_a_file_of_another_chip_is_told(monkeypatch, of):
    path = make(Store(), SPIKING, VirtualChip(7))
    helper = ModuleType("pynn_brainscales.brainscales2.helper")
    exec(READER, helper.__dict__)
    client_paths._answer(helper)
    with pytest.warns(CalibrationWarning, match=r"spiking_cocolist.pbin: .* of chip 7 and not 0") as told:
        assert helper.chip_from_file(of(path)) == hicannx.calibrated_chip("spiking", 7)
    assert told[0].filename == __file__
    for chips in ("7", "0,7"):
        monkeypatch.setenv("HICANNX_CHIP", chips)
        helper.chip_from_file(of(path))
    monkeypatch.setattr("hicannx.calibration.store.model_version", lambda: "newer")
    with pytest.warns(CalibrationWarning, match="version of the model .* and not newer"):
        helper.chip_from_file(of(path))


def test_a_file_that_took_the_place_of_another_is_told(capsys):
    seven, eight = (make(Store(), SPIKING, VirtualChip(serial)) for serial in (7, 8))
    seven.write_bytes(eight.read_bytes())
    with pytest.warns(CalibrationWarning, match=r"changed or replaced") as told:
        assert hicannx.calibration_writes("spiking", 7).tolist() == hicannx.calibration_writes("spiking", 8).tolist()
    assert len(told) == 1 and "of chip 7" in str(told[0].message)
    assert main(["calibration", "show", str(seven)]) == 0 and "changed or replaced" in capsys.readouterr().out
    assert main(["calibration", "show", str(eight)]) == 0 and "changed or replaced" not in capsys.readouterr().out


def test_showing_a_file_tells_whose_it_is(monkeypatch, capsys):
    path = make(Store(), SPIKING, VirtualChip(7))
    assert main(["calibration", "show", str(path)]) == 0
    assert "calibration: spiking of chip 7 (typical), by model, for this version of the model" in capsys.readouterr().out
    monkeypatch.setattr("hicannx.calibration.store.model_version", lambda: "newer")
    assert main(["calibration", "show", str(path.with_name("spiking_cocolist.json.gz"))]) == 0
    assert "not this one of the model" in capsys.readouterr().out


def test_another_version_of_the_model_makes_its_own(monkeypatch):
    old = make(Store(), SPIKING, VirtualChip(7))
    monkeypatch.setattr("hicannx.calibration.store.model_version", lambda: "newer")
    assert Store().known(SPIKING, VirtualChip(7)) is None and old.exists()


def test_a_broken_note_is_as_none():
    path = make(Store(), SPIKING, VirtualChip(7))
    path.with_name("spiking.json").write_text("{")
    assert Store().known(SPIKING, VirtualChip(7)) is None
    assert len(hicannx.calibration_writes("spiking", 7).tolist()) > 512


def test_a_folder_that_cannot_be_written_is_told_and_does_no_harm(tmp_path, monkeypatch, caplog):
    kept = hicannx.calibrated_chip("spiking", 7)
    (tmp_path / "file").touch()
    monkeypatch.setenv("HICANNX_CALIBRATIONS", str(tmp_path / "file" / "below"))
    assert hicannx.calibrated_chip("spiking", 7) == kept
    assert "HICANNX_CALIBRATIONS" in caplog.text


@pytest.mark.parametrize("option", ["--output", "--report"])
def test_the_command_names_a_folder_that_cannot_be_written(option, tmp_path, capsys):
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert main(["calibrate", "7", "--kind", "hagen_synin", option, str(file)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"hicannx: {file} cannot be written") and option in error


def test_a_damaged_calibration_is_named_and_can_be_made_anew():
    kind, chip, store = KINDS["hagen_synin"], VirtualChip(7), Store()
    hicannx.calibrated_chip(kind.name, 7)
    path = store.file(kind, chip)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CalibrationError, match=r"is damaged: .* ends too early") as caught:
        hicannx.calibrated_chip(kind.name, 7)
    command = re.search("`hicannx (.*)`", str(caught.value))[1]
    assert str(path) in str(caught.value) and main(command.split()) == 0
    hicannx.calibrated_chip(kind.name, 7)


@pytest.mark.parametrize("identifier, serial", [("hxcube0fpga0chip7_1", 7), ("jboa0fpga3chip42_1", 42)])
def test_identifiers_of_virtual_chips(identifier, serial):
    assert chip_of_identifier(identifier).serial == serial


@pytest.mark.parametrize("identifier", ["zeromock", "hxcube6fpga3chip63_2", ""])
def test_other_identifiers(identifier):
    with pytest.raises(CalibrationError):
        chip_of_identifier(identifier)


REAL = Path("/wang/data/calibration/hicann-dls-sr-hx")


def test_paths_of_the_real_system_are_answered():
    answered = client_paths.answered(REAL / "hxcube0fpga0chip7_1/stable/latest/spiking_cocolist.pbin")
    assert answered.is_file() and answered.name == "spiking_cocolist.pbin"
    assert (answered.parent / "hagen_cocolist.pbin").is_file()
    assert answered.parent.parent.name == "stable"
    weekly = answered.parent.parent / "latest-weekly"
    names = {path.name.partition("_cocolist")[0] for path in weekly.glob("*_cocolist.pbin")}
    assert {"correlation", "spiking", "spiking2", "hagen"} <= names
    assert (weekly / "spiking_cocolist.pbin").read_bytes() == answered.read_bytes()
    assert (weekly / "spiking.json").is_file(), "whose it is"


@pytest.mark.parametrize("path", [REAL / "zeromock/stable/latest/spiking_cocolist.pbin", Path("/elsewhere/x.pbin")])
def test_other_paths_stay(path):
    assert client_paths.answered(path) == path


def test_a_file_that_is_there_counts(tmp_path):
    there = tmp_path / "hicann-dls-sr-hx" / "hxcube0fpga0chip7_1" / "stable" / "latest" / "spiking_cocolist.pbin"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    assert client_paths.answered(there) == there


HELPER = """\
from pathlib import Path
def nightly_calib_path():
    "Where it is."
    return Path("/wang/data/calibration/hicann-dls-sr-hx/hxcube0fpga0chip7_1/stable/latest/spiking_cocolist.pbin")
"""


@pytest.mark.parametrize("order", ["import pyccalix; from pynn_brainscales.brainscales2 import helper",
                                   "from pynn_brainscales.brainscales2 import helper; import pyccalix"])  # fmt: skip
def test_the_clients_helper_finds_calibrations(tmp_path, order):
    package = tmp_path / "pynn_brainscales" / "brainscales2"
    package.mkdir(parents=True)
    (package / "helper.py").write_text(HELPER)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {order}; path = helper.nightly_calib_path();print(path.is_file(), path.name)"
    )
    shown = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown == "True spiking_cocolist.pbin\n"


NOTHING = """\
from pathlib import Path
def nightly_calib_path():
    return Path("/wang/data/calibration/hicann-dls-sr-hx/zeromock/stable/latest/spiking_cocolist.pbin")
def chip_from_nightly():
    raise RuntimeError("there is no network")
"""


def test_the_connection_to_nothing_has_the_calibration_of_an_ideal_chip():
    helper = ModuleType("pynn_brainscales.brainscales2.helper")
    exec(NOTHING, helper.__dict__)
    client_paths._answer(helper)
    assert helper.chip_from_nightly() == hicannx.calibrated_chip("spiking", 0, "ideal")


def test_the_command_makes_what_is_missing(tmp_path, capsys):
    assert main(["calibrate", "7", "8", "--kind", "spiking", "--output", str(tmp_path / "files")]) == 0
    first = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in first] == [["chip", "7", "spiking", "model,"], ["chip", "8", "spiking", "model,"]]
    paths = [Path(line.split()[-1]) for line in first]
    written = [path.stat().st_mtime_ns for path in paths]
    assert main(["calibrate", "7", "8", "--kind", "spiking", "--output", str(tmp_path / "files")]) == 0
    assert [path.stat().st_mtime_ns for path in paths] == written
    assert main(["calibrate", "7", "--kind", "spiking", "--again", "--output", str(tmp_path / "files")]) == 0
    assert paths[0].stat().st_mtime_ns > written[0]


def test_the_command_shows_for_how_many_circuits_it_succeeded(capsys):
    assert main(["calibrate", "7", "1", "--table"]) == 0
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    head, _, *chips = rows
    assert head == ["chip", "kind", "engine", "neurons", "drivers", "channels", "quadrants", "s"]
    assert [row[:3] for row in chips[:5]] == [["7", kind, "model"] for kind in KINDS] and len(chips) == 10
    assert {row[1]: row[3] for row in chips}["hagen_synin"] == "", "it calibrates no neurons"
    counts = [cell.split(" of ") for row in chips for cell in row[3:7] if cell]
    assert all(int(good) >= 0.97 * int(count) for good, count in counts) and any(good != count for good, count in counts)


def test_a_quadrant_with_a_code_at_an_end_did_not_succeed():
    writes = hicannx.calibration_writes("spiking", 7).tolist()
    assert not common_failures(dumper(writes))["quadrants"].any()
    ended = CapMemCellOnDLS(CapMemCellOnCapMemBlock.cadc_i_ramp_slope, CapMemBlockOnDLS(2))
    channel = CADCChannelConfigOnDLS()
    ends = {ended: CapMemCell(1022), channel: CADCChannelConfig(offset=-128)}
    failures = common_failures(dumper([(place, ends.get(place, container)) for place, container in writes]))
    assert failures["quadrants"].tolist() == [False, False, True, False]
    assert failures["channels"].nonzero()[0].tolist() == [0]


def dumper(writes):
    builder = PlaybackProgramBuilderDumper()
    for place, container in writes:
        if not isinstance(place, TimerOnDLS):
            builder.write(place, container)
    return builder.done()


def test_calix_that_is_not_there_is_named(capsys):
    assert main(["calibrate", "7", "--kind", "spiking", "--engine", "calix"]) == 1
    assert "calix cannot be imported" in capsys.readouterr().err
