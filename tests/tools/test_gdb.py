"""Debugging a PPU as a user does: the real GDB at a chip that executes a program, with traces and profiles beside it."""

import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from ppu_words import WAIT, addi, store

import hicannx
from halco import PPUOnDLS
from hicannx import ppu as programs
from hicannx.cli import main
from hicannx.errors import HicannxError
from hicannx_sim.ppu import encode_vector
from stadls import SystemInit, generate
from stadls import run as execute

GDB = shutil.which("gdb-multiarch")
with_gdb = pytest.mark.skipif(GDB is None, reason="gdb-multiarch is not installed: apt install gdb-multiarch")

RETURN = 0x4E800020
START, SQUARE, COUNTER, RETURN_CODE, SYNAPSES = 0x40, 0x80, 0x200, 0x2FFC, 0x10


def branch(source, target, link=False):
    return 18 << 26 | target - source & 0x3FFFFFC | link


def program_words(rounds=10):
    """Squares 1, 2, .. into `counter` and v1, then writes v1 into a row of weights and ends with return code 0."""
    start = [
        addi(3, 0, 0),
        addi(3, 3, 1),
        branch(START + 8, SQUARE, link=True),
        store(4, COUNTER),
        encode_vector("fxvsplatb", [1, 4]),
        0x2C030000 | rounds,  # cmpwi
        0x41800000 | 4 - 0x18 & 0xFFFC,  # blt to the second instruction
        addi(5, 0, SYNAPSES),
        encode_vector("fxvoutx", [1, 0, 5]),
        addi(6, 0, 0),
        store(6, RETURN_CODE),
        WAIT,
    ]
    words = [0] * (SQUARE // 4 + 2)
    words[0] = branch(0, START)
    words[START // 4 : START // 4 + len(start)] = start
    words[SQUARE // 4 :] = [31 << 26 | 4 << 21 | 3 << 16 | 3 << 11 | 235 << 1, RETURN]  # mullw 4,3,3
    return words


def elf(words):
    """A linked program for PowerPC, 32 bits, big endian: code at 0, four bytes of variables, and names for both."""
    code, names = struct.pack(f">{len(words)}I", *words), b"\0start\0square\0counter\0.text\0.data\0.symtab\0.strtab\0"

    def name(text):
        return names.index(b"\0" + text.encode() + b"\0") + 1

    def symbol(text, address, size, kind, section):
        return struct.pack(">IIIBBH", name(text), address, size, 1 << 4 | kind, 0, section)

    symbols = bytes(16) + symbol("start", START, 48, 2, 1) + symbol("square", SQUARE, 8, 2, 1) + symbol("counter", COUNTER, 4, 1, 2)
    parts, at = [code, bytes(4), symbols, names], [52]
    for part in parts:
        at.append(at[-1] + len(part) + -len(part) % 4)
    header = b"\x7fELF\x01\x02\x01" + bytes(9) + struct.pack(">HHIIIIIHHHHHH", 2, 20, 1, 0, 0, at[4], 0, 52, 0, 0, 40, 5, 4)
    kinds = [(".text", 1, 6, 0, 0, 0, 0), (".data", 1, 3, COUNTER, 0, 0, 0), (".symtab", 2, 0, 0, 4, 1, 16), (".strtab", 3, 0, 0, 0, 0, 0)]
    table = bytes(40)
    for number, (text, kind, flags, address, link, info, entry) in enumerate(kinds):
        table += struct.pack(">10I", name(text), kind, flags, address, at[number], len(parts[number]), link, info, 4, entry)
    return header + b"".join(part + bytes(-len(part) % 4) for part in parts) + table


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "squares.elf"
    path.write_bytes(elf(program_words()))
    return path


@contextmanager
def chip():
    with hicannx.connect(mode="ideal") as connection:
        builder, _ = generate(SystemInit(connection.hwdb_entries[0]))
        execute(connection, [builder.done()])
        yield connection


@contextmanager
def debugged(port, program, *commands):
    """GDB carries out commands at the port; gives the process."""
    arguments = [GDB, "-nx", "-batch", "-iex", "set confirm off", "-ex", "set remotetimeout 60", str(program)]
    for command in (f"target remote 127.0.0.1:{port}", *commands):
        arguments += ["-ex", command]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def said(process):
    return process.communicate(timeout=60)[0]


class Script(threading.Thread):
    """The user's script, which runs a program while GDB looks at it."""

    def __init__(self, connection, program, ppu=PPUOnDLS.top):
        super().__init__()
        self._arguments = connection, program, ppu, None
        self.result = None
        self.start()

    def run(self):
        self.result = programs.run(*self._arguments)

    def ends(self):
        self.join(30)
        assert not self.is_alive()
        return self.result


@with_gdb
def test_a_session(program):
    """Break, look, step, change, watch, continue, detach: while the program waits, and it ends as if nothing had been."""
    with chip() as connection, hicannx.debug(connection, program=program, wait=True) as session:
        script = Script(connection, program)
        commands = [
            "break *square", "continue", "backtrace 1", "print $r3", "print $pc", "continue", "print $r3",
            "stepi", "print/x $pc", "print $r4", "print $v1.u8[127]", "info registers msr tcr",
            "delete", "watch *(int*)&counter", "continue", "continue", "delete",
            "x/2i &square", "x/1xw &counter", "set var *(int*)&counter = 0x1234", "x/1xw &counter",
            "print $r3 = 8", "print $v7.u16[2] = 0x55aa", "print/x $v7.u8[4]", "monitor time", "monitor disassemble", "detach",
        ]  # fmt: skip
        with debugged(session.port, program, *commands) as process:
            text = said(process)
        result = script.ends()
    assert "Breakpoint 1, 0x00000080 in square ()" in text
    assert [f"${number} = {value}" in text for number, value in [(1, 1), (3, 2), (4, "0x84"), (5, 4), (6, 1), (7, 8)]] == [True] * 6
    assert "Old value = 1" in text and "New value = 4" in text and "Old value = 4" in text and "New value = 9" in text
    assert "mullw   r4,r3,r3" in text and "blr" in text
    assert "0x200 <counter>:\t0x00000009" in text and "0x200 <counter>:\t0x00001234" in text
    assert "$8 = 21930" in text and "$9 = 0x55" in text
    assert "chip tick" in text and "start+0x10" in text
    assert result.return_code == 0
    system = connection.connections[0].system
    assert system.chip.processors.cores[0].vector(7)[4:6] == b"\x55\xaa"
    assert system.chip.processors.cores[0].vector(1)[0] == 100  # r3 went from 3 to 8, so 9 and 10 were left


@with_gdb
def test_interrupting_an_endless_program_and_ending_it(tmp_path):
    path = tmp_path / "endless.elf"
    path.write_bytes(elf([branch(0, START), *[0] * 15, addi(3, 3, 1), branch(START + 4, START), WAIT]))
    with chip() as connection, hicannx.debug(connection, wait=True) as session:
        script = Script(connection, path)
        commands = ["echo runs\\n", "continue", "print $r3 > 1000", "print $pc = 0x48", "detach"]
        with debugged(session.port, path, *commands) as process:
            line = ""
            while "runs" not in line:
                line = process.stdout.readline()
            time.sleep(0.5)
            os.kill(process.pid, signal.SIGINT)
            text = said(process)
        assert script.ends() is not None
    assert "SIGINT" in text and "$1 = 1" in text


@with_gdb
def test_between_programs_gdb_holds_the_chip(program):
    """A breakpoint set before the program is there."""
    with chip() as connection, hicannx.debug(connection, ppu=PPUOnDLS.bottom) as session:
        commands = ["echo held\\n", "break *square", "continue", "print $r3", "kill", "detach"]
        with debugged(session.port, program, *commands) as process:
            line = ""
            while "held" not in line:
                line = process.stdout.readline()
            script = Script(connection, program, PPUOnDLS.bottom)
            text = said(process)
        assert script.ends().return_code == 0
    assert "in square ()" in text and "$1 = 1" in text


@with_gdb
def test_one_ppu_can_be_looked_at_while_the_other_one_is_halted(program):
    with chip() as connection, hicannx.debug(connection, wait=True) as top, hicannx.debug(connection, PPUOnDLS.bottom) as bottom:
        script = Script(connection, program)
        while not top.halted:
            time.sleep(0.01)
        with debugged(bottom.port, program, "print $pc", "print $r3 = 5", "detach") as process:
            assert "$1 = (void (*)()) 0x0" in said(process)
        assert top.halted and script.is_alive()
        with debugged(top.port, program, "break *square", "continue", "detach") as process:
            assert "in square ()" in said(process)
        assert script.ends().return_code == 0
        assert connection.connections[0].system.chip.processors.cores[1].gpr[3] == 5


@with_gdb
def test_memories_around_the_core(program):
    with chip() as connection, hicannx.debug(connection) as session:
        memory = connection.connections[0].system.fpga.registers.memory
        memory.sram_array[3] = 0x01020304
        commands = [
            "x/1xw 0x4000000c", "x/1xw 0x8000000c", "set var *(short*)0x5000000a = 0x7788", "x/2xw 0x90000008", "x/1xw 0x8a000000",
            "set var *(int*)0x8e000004 = 0x99", "x/1xw 0x30000000", "set var *(int*)0x8a800000 = 1", "monitor why", "detach",
        ]  # fmt: skip
        with debugged(session.port, program, *commands) as process:
            text = said(process)
        system = connection.connections[0].system
    assert text.count("0x01020304") == 2
    assert "0x90000008:\t0x00007788\t0x00000000" in text
    assert system.chip.processors.cores[1].peek(4) == 0x99
    assert "Cannot access memory at address 0x30000000" in text and "Cannot access memory at address 0x8a800000" in text
    assert "would do something on the chip" in text
    assert system.fpga.registers.memory.dram[0][2] == 0x7788


def test_observing_does_not_change_a_run(program):
    """Trace, profile and an attached debugger: the state of the whole system afterwards is the same to the bit."""
    snapshots = []
    for observed in (False, True):
        with chip() as connection:
            if not observed:
                programs.run(connection, program)
            else:
                with hicannx.ppu_profile(connection), hicannx.ppu_trace(connection), hicannx.debug(connection):
                    programs.run(connection, program)
            snapshots.append(connection.connections[0].system.snapshot())
    assert snapshots[0] == snapshots[1]


def test_profile_by_symbol(program):
    with chip() as connection, hicannx.ppu_profile(connection, program=program) as profile:
        programs.run(connection, program)
    counted = {row.symbol: row.instructions for row in profile.rows}
    assert counted == {"start": 1 + 6 * 10 + 5, "square": 20, "?": 1}  # "?": the branch at 0
    assert profile.rows == sorted(profile.rows, key=lambda row: -row.cycles)
    assert sum(row.share for row in profile.rows) == pytest.approx(1)
    assert profile.asleep > 0
    lines = str(profile).splitlines()
    assert lines[0].split() == ["cycles", "share", "instructions", "symbol"]
    assert lines[1].split()[2:] == ["66", "start"] and lines[-1].endswith("cycles asleep")


def test_trace_with_the_time_of_the_chip(program):
    with chip() as connection, hicannx.ppu_trace(connection, program=program, lanes=True, addresses=range(SQUARE, SQUARE + 8)) as trace:
        began = connection.connections[0].system.chip.now
        programs.run(connection, program)
    ticks = [int(line.split()[0]) for line in trace.lines]
    assert len(ticks) == len(trace.entries) == 20
    assert all(first < second for first, second in zip([began, *ticks[:-1]], ticks, strict=True))
    assert np.diff(ticks).tolist() == (2 * np.diff(trace.entries["cycle"])).tolist()
    first = trace.lines[0].split()
    assert first[3:] == ["00000080", "square", "7c8319d6", "mullw", "4,3,3", "r4=0x1"]
    assert float(first[1]) == pytest.approx(ticks[0] / 500, abs=1e-3)
    with chip() as connection, hicannx.ppu_trace(connection, program=program, capacity=3, head=True) as trace:
        programs.run(connection, program)
    assert [line.split()[4] for line in trace.lines] == ["?", "start", "start+0x4"]
    assert str(trace) == "\n".join(trace.lines)


def test_what_cannot_be_looked_into_is_refused(program, tmp_path):
    with pytest.raises(HicannxError, match="no model in this process"):
        hicannx.debug(object())
    with hicannx.connect() as connection:
        with pytest.raises(HicannxError, match="no FPGA 1"):
            hicannx.debug(connection, fpga=1)
        with hicannx.debug(connection) as session, pytest.raises(OSError, match="in use"):
            hicannx.debug(connection, port=session.port)
    empty = tmp_path / "empty.elf"
    empty.write_bytes(b"")
    assert main(["gdb", str(empty)]) == 1


@with_gdb
def test_command_runs_a_program_that_waits_for_gdb(program):
    command = [sys.executable, "-m", "hicannx", "gdb", str(program), "--ppu", "bottom"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert line.startswith(f"gdb-multiarch {program} -ex")
        port = line.rpartition(":")[2].strip().rstrip('"')
        with debugged(port, program, "print/x $pc", "break *square", "continue", "print $r3", "detach") as debugger:
            text = said(debugger)
        out, err = process.communicate(timeout=60)
    assert "$1 = 0x0" in text and "$2 = 1" in text
    assert (process.returncode, out.splitlines()[-1], err) == (0, "return code 0", "")


def test_command_that_waits_for_gdb_can_be_interrupted(program):
    with subprocess.Popen(
        [sys.executable, "-m", "hicannx", "gdb", str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"interrupted\n")


def test_run_shows_profile_and_last_instructions(program, capsys):
    assert main(["ppu", "run", str(program), "--profile", "--trace", "2"]) == 0
    out, err = capsys.readouterr()
    assert out == "\nreturn code 0\n"
    lines = err.splitlines()
    assert lines[0].split() == ["cycles", "share", "instructions", "symbol"] and lines[1].split()[2:] == ["66", "start"]
    assert [line.split()[6:] for line in lines[-2:]] == [["stw", "6,12284(0)", "->0x2ffc"], ["wait"]]


@with_gdb
def test_served_chips_have_ports_for_gdb(program):
    command = [sys.executable, "-m", "hicannx", "serve", "--data-port", "0", "--reset-port", "0", "--gdb", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            ports = {}
            while len(ports) < 2:
                words = process.stdout.readline().split()
                if words[:2] == ["GDB", "for"]:
                    ports[words[2]] = words[-1]
            with debugged(ports["bottom"], program, "print $pc", "detach") as debugger:
                assert "$1 = (void (*)()) 0x0" in said(debugger)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
    assert process.returncode == 130
