"""Every figure can be measured, here with few cases, and shows a fault where there is one."""

import logging
import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import soak

import fisch
from figures import addresses, answers, codec, document, processors, sanitized, snapshots, transport
from figures.row import Row
from hicannx_sim.trust.registers import registers

DOCUMENT = f"before\n\n{document.BEGIN}\n{document.END}\n\nafter\n"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def clean(rows: list[Row]) -> bool:
    return all(row.faults == 0 and row.count > 0 and row.result.startswith("no fault") for row in rows)


# ------------------------------------------------------------------------------------------------------------------ figures
def test_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = codec.codec(0.002, 3)
    assert clean(rows) and rows[0].count > 1500 and rows[1].count == 2000
    decode = fisch.decode_to_fpga
    monkeypatch.setattr(fisch, "decode_to_fpga", lambda words: (decode(words)[0], decode(words)[1] & np.uint64(0xFFFF)))
    assert codec.messages(1000, 3).faults > 300


def test_a_field_that_does_not_come_back_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "SMALL", [one for one in codec.SMALL if one.__name__ == "NeuronConfig"])
    assert clean([codec.containers(50, 1)])
    encode = codec.SMALL[0].encode
    monkeypatch.setattr(codec.SMALL[0], "encode", lambda *given: encode(*given) & np.uint32(0xFFFFFFFE), raising=False)
    row = codec.containers(50, 1)
    assert row.faults > 5 and "NeuronConfig" in row.result


def test_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clean([addresses.undefined(1 / 128), addresses.fpga()])
    rows = [row for row in registers() if row.unit == "chip" and "w" in row.access and len(row.addresses) < 600]
    monkeypatch.setattr(addresses, "registers", lambda: rows)
    assert clean([addresses.known(1)])
    monkeypatch.setattr(addresses, "registers", lambda: [replace(row, mask=row.mask | 1 << 31) for row in rows])
    assert addresses.known(1).faults > 1000
    monkeypatch.setattr(addresses, "registers", lambda: rows[:1])
    assert addresses.undefined(1 / 128).faults > 30, "registers that are missing in the table are not counted as undefined"


def test_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clean(processors.processors(0.001, 2))
    compared = processors.differential.compared
    monkeypatch.setattr(processors.differential, "compared", partial(compared, deviates=True))
    (row,) = processors.processors(0.003, 2)
    assert row.faults and "lha" in row.result


def test_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clean([answers.threads(2, 1)])
    monkeypatch.setattr(answers, "_experiment", lambda python, level: f"hash {min(level, 1)}")
    row = answers.interpreters([soak.sys.executable])
    assert row.count == len(answers.LEVELS) and row.faults == row.count - 1
    monkeypatch.setattr(answers, "_answer", lambda number: str(random.random()))
    assert answers.threads(3, 1).faults == 3


def test_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clean(snapshots.snapshots(0.005, 2))
    monkeypatch.setattr(snapshots, "RESUME", snapshots.RESUME.replace('data["next"]', 'data["next"][:-9]'))
    assert snapshots.snapshots(0.005, 2)[0].faults == 1
    monkeypatch.setattr(snapshots, "RESUME", snapshots.RESUME.replace("system.restore", "system.nothing"))
    assert "nothing" in snapshots.snapshots(0.005, 2)[0].result


def test_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = transport.transport(0.02, 5)
    assert clean(rows) and all(re.search(f"[1-9][0-9]* {kind}", rows[0].result) for kind in ("lost", "repeated", "overtaken"))

    def flipping(seed: int, *given: object) -> object:
        """A bit of long datagrams, in one direction."""
        return lambda datagram: [datagram[:-1] + bytes([datagram[-1] ^ (len(datagram) > 500 and seed % 2)])]

    monkeypatch.setattr(transport, "damage", flipping)
    assert "other words" in transport.transport(0.02, 5)[0].result


@pytest.mark.parametrize("kind", sanitized.PIECES)
def test_fuzzing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sanitizers, as they need all modules compiled once more."""
    monkeypatch.setattr(sanitized, "BUILT", sanitized.ROOT)
    count = {"words": 3000, "snapshots": 5, "elf": 50}.get(kind, 500)
    assert clean([sanitized.fuzzed(kind, count, 4, dict(os.environ))])


def test_a_crash_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanitized, "BUILT", sanitized.ROOT)
    monkeypatch.setitem(sanitized.MOST, "elf", 5)
    row = sanitized.fuzzed("elf", 10, 4, os.environ | {"PYTHONPATH": "", "PYTHONHOME": "/nowhere"})
    assert row.faults == 2 and "seed 4000" in row.result


# ------------------------------------------------------------------------------------------------------------------ command
def test_lines_of_other_figures_stay(tmp_path) -> None:
    file = tmp_path / "document.md"
    file.write_text(DOCUMENT)
    document.update(file, {"codec": ([Row("first", 10, "cases")], "make soak"), "answers": ([Row("all", 3, "runs")], "make soak")})
    document.update(file, {"codec": ([Row("second", 1000, "cases", 2, "a | b\nand more")], "make soak SCALE=2")})
    text = file.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "first" not in text
    assert "| codec | second | 1,000 cases | 2 faults: a / b | `make soak SCALE=2` |\n" in text
    assert text.index("| answers | all | 3 runs | no fault |") < text.index("| codec")


def test_what_measures_it_again() -> None:
    assert soak.command(1.0, 1, None) == "make soak"
    assert soak.command(0.5, 7, ["codec"]) == "make soak SCALE=0.5 SEED=7 FIGURES=codec"


def test_a_figure_that_breaks_is_a_fault() -> None:
    def broken(scale: float, seed: int) -> list[Row]:
        raise OSError("no room")

    rows, _ = soak.measured(broken, 1.0, 1)
    assert rows[0].faults == 1 and "OSError: no room" in rows[0].result


@pytest.mark.parametrize("given", [["--figures", "nothing"], ["--scale", "0"], ["--scale", "much"]])
def test_bad_options_are_refused(given: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(soak.sys, "argv", ["soak.py", *given])
    with pytest.raises(SystemExit):
        soak.main()
    assert "soak.py: error:" in capsys.readouterr().err


def test_the_command(tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "document.md"
    file.write_text(DOCUMENT)
    monkeypatch.setattr(soak, "DOCUMENT", file)
    monkeypatch.setattr(soak.sys, "argv", ["soak.py", "--figures", "processors", "--scale", "0.001"])
    assert soak.main() == 0
    assert "make soak SCALE=0.001 FIGURES=processors" in file.read_text() and "instructions" in capsys.readouterr().out


def test_every_figure_is_explained() -> None:
    text = soak.DOCUMENT.read_text("utf-8")
    assert all(f"| `{name}` |" in text for name in soak.FIGURES) and document.BEGIN in text and document.END in text
