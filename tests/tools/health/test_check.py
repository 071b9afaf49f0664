"""`hicannx check` finds what is wrong with a chip, and nothing if nothing is."""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

import hicannx
from hicannx.cli import main
from hicannx.health import CHECKS, References, check, junit, metrics


@pytest.fixture
def references(tmp_path: Path) -> References:
    return References(tmp_path / "kept" / "check.json")


def failed(results: list[hicannx.health.Result]) -> list[str]:
    return [result.name for result in results if not result.ok]


def test_chips_in_order(references: References) -> None:
    """Two chips of one setup, each with all checks, in less than a minute; the second time the digests are known, and the same."""
    with hicannx.connect(serial=[7, 8], setup="jboa") as connection:
        results = check(connection, references)
        assert [result.name for result in results] == 2 * list(CHECKS) and not failed(results)
        assert {result.chip for result in results} == set(connection.identifiers) and sum(result.seconds for result in results) < 120
        again = References(references.path)
        assert not failed(check(connection, again))
    assert all("kept" in result.remark for result in results if result.name == "digest")


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (hicannx.faults.PHYDown(phy=2, after=0), {"links"}),
        (hicannx.faults.LostEvents(probability=0.1), {"loopback", "digest"}),
        (hicannx.faults.MissingResponse(reads=3), {"memories"}),
    ],
    ids=["link down", "events lost", "no response"],
)
def test_faults_are_found(references: References, fault: hicannx.faults.Fault, found: set[str]) -> None:
    with hicannx.connect(serial=7) as connection:
        assert not failed(check(connection, references))
        hicannx.inject(connection, fault, seed=1)
        assert found <= set(failed(check(connection, references)))


def test_another_digest_is_found(references: References, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On the command line, with its files."""
    monkeypatch.setenv("HICANNX_CHIP", "7")
    references.path.parent.mkdir()
    references.path.write_text('{"hxcube0fpga0chip7_1": {"digest": "0123", "seconds": 1e-6}}')
    xml, page = references.path.with_name("check.xml"), references.path.with_name("check.prom")
    arguments = ["check", "--store", str(references.path)]
    assert main([*arguments, "--junit", str(xml), "--metrics", str(page)]) == 1
    shown = capsys.readouterr().out
    assert "FAILED hxcube0fpga0chip7_1 digest" in shown and "s of processor time, and 0.00 s earlier" in shown
    suite = ElementTree.fromstring(xml.read_bytes()).find("testsuite")
    assert suite is not None and (suite.get("tests"), suite.get("failures")) == (str(len(CHECKS)), "1")
    assert 'hicannx_check_ok{check="digest",chip="hxcube0fpga0chip7_1"} 0.0' in page.read_text()
    assert "hicannx_check_success_time_seconds{" not in page.read_text()
    assert main([*arguments, "--renew"]) == 0
    assert main(arguments) == 0


def test_a_chip_that_cannot_be_initialised(references: References) -> None:
    with hicannx.connect(serial=7) as connection:
        hicannx.inject(connection, hicannx.faults.MissingResponse(reads=0, count=1000))
        results = check(connection, references)
    others = {result.failure for result in results[1:]}
    assert failed(results) and (results[0].ok or others == {"not tried, as the chip is not initialised"})
    assert ElementTree.fromstring(junit(results)).find("testsuite/testcase/failure") is not None
    assert b'hicannx_check_ok{check="links"' in metrics(results)


def test_references_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    path.write_text("[1]")
    with pytest.raises(hicannx.HicannxError, match=r"check\.json: not a file of references"):
        References(path)


def test_files_are_written_through_links_and_into_pipes(tmp_path: Path) -> None:
    """A file appears in one go, but what is no file, a pipe or a device, stays what it is."""
    target, link, pipe = tmp_path / "real.prom", tmp_path / "link.prom", tmp_path / "pipe"
    target.touch()
    link.symlink_to(target)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert main(["check", "--store", str(tmp_path / "check.json"), "--metrics", str(link), "--junit", str(pipe)]) == 0
    assert link.is_symlink() and b"hicannx_check_ok" in target.read_bytes()
    assert pipe.is_fifo() and os.read(reader, 100).startswith(b"<?xml")
    os.close(reader)
