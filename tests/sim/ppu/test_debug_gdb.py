"""GDB's protocol byte by byte: a scripted client at the port of a core, whose program runs in slices as on a chip."""

import random
import re
import socket
import struct
import threading
import time
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager

import pytest
from ppu_words import WAIT, addi

from hicannx_sim.debugger.debugger import DebugError, Debugger, Standstill
from hicannx_sim.debugger.gdb import Reader, framed
from hicannx_sim.debugger.listing import Symbols
from hicannx_sim.debugger.monitor import Monitor
from hicannx_sim.debugger.registers import PC, REGISTERS
from hicannx_sim.debugger.server import GdbServer
from hicannx_sim.ppu import Core, encode_vector

NUMBERS = {register.name: number for number, register in enumerate(REGISTERS)}


# Counts in r3 and stores it at 0x100, for ever.
COUNTER = [addi(3, 0, 0), addi(3, 3, 1), 36 << 26 | 3 << 21 | 0x100, 0x48000000 | -8 & 0x3FFFFFC]


class Client:
    """The other side of the port; checks sums and acknowledgements on the way."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._data = b""
        self.acknowledges = True

    def _more(self):
        data = self._socket.recv(65536)
        assert data, "the stub has closed the connection"
        self._data += data

    def send(self, body, raw=None):
        self._socket.sendall(raw or framed(body))
        if self.acknowledges:
            while not self._data:
                self._more()
            sign, self._data = self._data[:1], self._data[1:]
            return sign

    def receive(self):
        while not (found := re.match(rb"\$([^#]*)#(..)", self._data, re.DOTALL)):
            self._more()
        self._data = self._data[found.end() :]
        assert int(found[2], 16) == sum(found[1]) & 0xFF
        if self.acknowledges:
            self._socket.sendall(b"+")
        return found[1]

    def ask(self, body):
        sign = self.send(body)
        assert sign in (b"+", None)
        return self.receive()

    def monitor(self, line):
        answer = self.ask(b"qRcmd," + line.encode().hex().encode())
        return "" if answer == b"OK" else bytes.fromhex(answer.decode()).decode()

    def interrupt(self):
        self._socket.sendall(b"\x03")

    def register(self, name):
        return self.ask(b"p%x" % NUMBERS[name])

    def silent(self, seconds=0.1):
        self._socket.settimeout(seconds)
        try:
            self._more()
        except TimeoutError:
            return not self._data
        finally:
            self._socket.settimeout(10)
        return False

    def close(self):
        self._socket.close()


class Bench:
    """A core with a port for GDB. `lock` stands for the system's: whoever executes programs holds it."""

    def __init__(self, words=COUNTER):
        self.core, self.lock = Core(), threading.Lock()
        self.core.load_image(struct.pack(f">{len(words)}I", *words))
        self.debugger = Debugger(lambda: self.core, Standstill(self.lock))
        self.monitor = Monitor(self.debugger, Symbols({"start": (0, 4), "loop": (4, 12)}))
        self.server = GdbServer(self.debugger, self.monitor)
        self._end = threading.Event()
        self._thread = None

    def execute(self, cycles=None):
        """Runs in slices until the bench is closed, or for so many cycles."""
        with self.lock:
            begin = self.core.cycle
            while not self._end.is_set() and (cycles is None or self.core.cycle < begin + cycles):
                self.core.run(self.core.cycle + 1000)
                time.sleep(0)

    def execute_beside(self, cycles=None):
        self._thread = threading.Thread(target=self.execute, args=(cycles,))
        self._thread.start()
        return self._thread

    def goes_on(self):
        """Whether the core gets on, however busy the machine is."""
        cycle, end = self.core.cycle, time.monotonic() + 10
        while self.core.cycle <= cycle + 1000 and time.monotonic() < end:
            time.sleep(0.001)
        return self.core.cycle > cycle + 1000

    def close(self):
        self._end.set()
        self.server.close()
        if self._thread:
            self._thread.join(10)
            assert not self._thread.is_alive()


@contextmanager
def debugging(words=COUNTER, runs=True):
    bench = Bench(words)
    client = None
    try:
        if runs:
            bench.execute_beside()
        client = Client(bench.server.port)
        yield bench, client
    finally:
        if client:
            client.close()
        bench.close()


@pytest.fixture
def running():
    with debugging() as pair:
        yield pair


@pytest.fixture
def idle():
    with debugging(runs=False) as pair:
        yield pair


# -- packets


def test_packets_are_escaped_and_found_again_however_they_arrive():
    bodies = [b"", b"OK", b"X1,4:}#$*", bytes(range(256))]
    stream = b"+".join(framed(body) for body in bodies) + b"\x03"
    reader = Reader()
    found = [packet for byte in stream for packet in reader.feed(bytes([byte]))]
    assert found == [*bodies, b"\x03"]
    assert Reader().feed(b"$OK#00") == [None]


def test_a_damaged_packet_is_asked_for_again(idle):
    _, client = idle
    assert client.send(None, raw=b"$?#00") == b"-"
    assert client.ask(b"?").startswith(b"T02")


def test_without_acknowledgements(idle):
    _, client = idle
    assert client.ask(b"QStartNoAckMode") == b"OK"
    client.acknowledges = False
    assert client.ask(b"vMustReplyEmpty") == b""


def test_unknown_packets_are_answered_empty(idle):
    _, client = idle
    for packet in (b"vAttach;1", b"_", b"QNonStop:1", b"qSearch:memory", b"Z9,0,4", b"vCont;t"):
        assert client.ask(packet) == b""


# -- what the stub is


def test_description_names_each_register_with_its_size(idle):
    _, client = idle
    supported = client.ask(b"qSupported:multiprocess+;xmlRegisters=i386")
    assert b"qXfer:features:read+" in supported and b"QStartNoAckMode+" in supported
    text, offset = "", 0
    while True:
        part = client.ask(b"qXfer:features:read:target.xml:%x,400" % offset).decode()
        text, offset = text + part[1:], offset + 0x400
        if part[0] == "l":
            break
    target = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", text))
    assert target.findtext("architecture") == "powerpc:common"
    described = {int(one.get("regnum")): (one.get("name"), int(one.get("bitsize"))) for one in target.iter("reg")}
    assert described == {number: (register.name, 8 * register.size) for number, register in enumerate(REGISTERS)}
    assert {f"r{number}" for number in range(32)} | {"pc", "msr", "cr", "lr", "ctr", "xer"} <= NUMBERS.keys()


def test_one_thread(idle):
    _, client = idle
    assert [client.ask(packet) for packet in (b"qC", b"qfThreadInfo", b"qsThreadInfo", b"Hg1", b"T1", b"qAttached")] == [
        b"QC1", b"m1", b"l", b"OK", b"OK", b"1",
    ]  # fmt: skip


# -- state


def test_registers_of_all_kinds_are_read_and_written(idle):
    bench, client = idle
    core = bench.core
    vector = bytes(range(128))
    values = {"r7": b"12345678", "cr": b"80000000", "msr": b"00008000", "lr": b"00000104", "ctr": b"00000009", "xer": b"20000000"}
    values |= {"srr0": b"00000040", "dec": b"00001000", "tbu": b"00000003"}
    values |= {"v5": vector.hex().encode(), "acc": bytes(range(256)).hex().encode()}
    for name, value in values.items():
        assert client.ask(b"P%x=%s" % (NUMBERS[name], value)) == b"OK"
        assert client.register(name) == value
    assert (core.gpr[7], core.msr, core.spr(9), core.vector(5)) == (0x12345678, 0x8000, 9, vector)
    assert core.accumulator[1] == 0x04050607
    assert client.register("flags_always") == b"ff" * 128
    everything = client.ask(b"g")
    assert len(everything) == 2 * sum(register.size for register in REGISTERS)
    assert client.ask(b"G" + everything[:56] + b"00000001" + everything[64:]) == b"OK"
    assert core.gpr[7] == 1 and core.vector(5) == vector


@pytest.mark.parametrize("packet", [b"P42=00", b"Pffff=00000000", b"pffff", b"P%x=00000000" % NUMBERS["gin"], b"P%x=00" % NUMBERS["v0"]])
def test_bad_register_accesses_are_refused(idle, packet):
    _, client = idle
    assert client.ask(packet) == b"E01"
    assert client.monitor("why").strip() not in ("", "nothing was refused")


def test_memory_in_all_three_ways(idle):
    bench, client = idle
    assert client.ask(b"m0,8") == b"%08x%08x" % tuple(COUNTER[:2])
    assert client.ask(b"M201,3:0a0b0c") == b"OK"
    assert client.ask(b"X204,4:" + b"\x01#}$") == b"OK"
    assert client.ask(b"m200,8") == b"000a0b0c01237d24"
    assert bench.core.peek(0x204) == 0x01237D24
    assert client.ask(b"X0,0:") == b"OK"
    assert client.ask(b"m3ffe,8") == b"0000"  # as far as it goes
    for packet in (b"m4000,4", b"M3ffe,4:00000000", b"M40000000,1:00", b"M0,4:00", b"mzz,4"):
        assert client.ask(packet) == b"E01"


# -- execution


def test_connecting_halts_a_running_core_and_detaching_lets_it_go(running):
    bench, client = running
    assert client.ask(b"?") == b"T02%x:%08x;thread:1;" % (PC, bench.core.pc)
    cycle = bench.core.cycle
    time.sleep(0.05)
    assert bench.core.cycle == cycle
    assert client.ask(b"D") == b"OK"
    assert bench.goes_on()


def test_closing_the_connection_lets_it_go_without_breakpoints(running):
    bench, client = running
    client.ask(b"?")
    client.ask(b"Z0,8,4")
    client.close()
    assert bench.goes_on()


def test_breakpoint_continue_and_its_removal(running):
    _, client = running
    client.ask(b"?")
    assert client.ask(b"Z0,8,4") == b"OK"
    for _ in range(3):
        count = int(client.register("r3"), 16)
        assert client.ask(b"vCont;c:1") == b"T05%x:00000008;thread:1;" % PC
        assert int(client.register("r3"), 16) in (count, count + 1)  # the first one may have been at the breakpoint
    assert client.ask(b"z0,8,4") == b"OK"
    client.send(b"c")
    assert client.silent()
    client.interrupt()
    assert client.receive().startswith(b"T02")


def test_steps_and_ranges(running):
    _, client = running
    client.ask(b"?")
    client.ask(b"Z1,4,4")
    client.ask(b"c")
    client.ask(b"z1,4,4")
    for place in (8, 12, 4):
        assert client.ask(b"vCont;s:1") == b"T05%x:%08x;thread:1;" % (PC, place)
    assert client.ask(b"vCont;r4,c:1") == b"T05%x:0000000c;thread:1;" % PC
    assert client.ask(b"s4") == b"T05%x:00000008;thread:1;" % PC


@pytest.mark.parametrize(("kind", "name"), [(2, b"watch"), (4, b"awatch")])
def test_watchpoints_of_writes(running, kind, name):
    _, client = running
    client.ask(b"?")
    assert client.ask(b"Z%d,100,4" % kind) == b"OK"
    assert client.ask(b"c") == b"T05%s:100;%x:00000008;thread:1;" % (name, PC)
    assert client.ask(b"z%d,100,4" % kind) == b"OK"
    assert client.ask(b"Z3,100,4") == b"OK"
    client.send(b"c")
    assert client.silent()  # nobody reads


def test_impossible_breakpoints_are_refused(idle):
    _, client = idle
    for packet in (b"Z0,6,4", b"Z0,40000000,4", b"Z0"):
        assert client.ask(packet) == b"E01"
    client.ask(b"Z0,6,4")
    assert "0x00000006" in client.monitor("why")


def test_kill_is_refused_and_the_core_goes_on(running):
    _, client = running
    client.ask(b"?")
    assert client.ask(b"vKill;1") == b"E01"
    client.send(b"k")
    assert "killed" in client.monitor("why")


def test_a_core_that_sleeps_is_halted_where_it_sleeps():
    with debugging([addi(3, 0, 1), WAIT]) as (_, client):
        assert client.ask(b"?") == b"T02%x:00000004;thread:1;" % PC
        client.ask(b"P%x=00000000" % PC)  # sent elsewhere, it is awake
        assert client.ask(b"s").startswith(b"T05%x:00000004" % PC)
        assert client.ask(b"s").startswith(b"T05%x:00000004" % PC)  # the wait itself
        client.send(b"s")
        assert client.silent()
        client.interrupt()
        assert client.receive().startswith(b"T02")


# -- between programs


def test_between_programs_nobody_can_begin_one_until_gdb_continues(idle):
    bench, client = idle
    assert client.ask(b"?").startswith(b"T02")
    client.ask(b"Z0,8,4")
    thread = bench.execute_beside(cycles=5000)
    time.sleep(0.05)
    assert bench.core.instructions == 0
    assert client.ask(b"c") == b"T05%x:00000008;thread:1;" % PC
    client.ask(b"z0,8,4")
    client.send(b"c")
    thread.join(10)
    assert not thread.is_alive()
    client.interrupt()
    assert client.receive().startswith(b"T02")
    assert bench.lock.locked()
    assert client.ask(b"D") == b"OK"


def test_a_step_between_programs_waits_for_the_next_one(idle):
    bench, client = idle
    client.ask(b"?")
    client.send(b"vCont;s:1")
    assert client.silent()
    bench.execute_beside(cycles=5000)
    assert client.receive() == b"T05%x:00000004;thread:1;" % PC


def test_gdbs_one_after_the_other(running):
    bench, client = running
    client.ask(b"?")
    client.close()
    second = Client(bench.server.port)
    assert second.ask(b"?").startswith(b"T02")
    second.close()


def test_closing_the_port_ends_everything(running):
    bench, client = running
    client.ask(b"?")
    bench.server.close()
    assert bench.goes_on()
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", bench.server.port))
    bench.server.close()  # twice does no harm


def test_two_debuggers_share_the_standstill():
    standstill = Standstill()
    cores = [Core(), Core()]
    first, second = (Debugger(lambda core=core: core, standstill) for core in cores)
    assert first.halt() and second.halt()
    first.resume()
    assert standstill.holds(second) and not standstill.holds(first)
    assert not first.standstill._lock.acquire(blocking=False)
    second.resume()
    assert first.standstill._lock.acquire(blocking=False)
    assert not second.halt()


def test_breakpoints_follow_to_the_core_of_a_chip_that_was_switched_off_and_on():
    cores = [Core()]
    debugger = Debugger(lambda: cores[-1])
    debugger.engage()
    assert debugger.halt()
    debugger.set_breakpoint(4)
    debugger.set_watch(0x100, 0x103, 2)
    cores.append(Core())
    debugger.follow()
    cores[-1].load_image(struct.pack(">4I", *COUNTER))
    debugger.resume()
    stops = []
    debugger.on_stop = lambda: (stops.append((debugger.cause, cores[-1].pc)), threading.Thread(target=debugger.resume).start())
    cores[-1].run(20)
    assert stops[:3] == [("break", 4), ("watch", 8), ("break", 4)]
    debugger.disengage()


def test_an_interrupt_from_the_keyboard_ends_the_wait():
    core = Core()
    core.load_image(struct.pack(">4I", *COUNTER))

    class Impatient:
        def stopped(self, core):
            raise KeyboardInterrupt

    core.attach_debugger(Impatient())
    core.set_breakpoint(4)
    with pytest.raises(KeyboardInterrupt):
        core.run(12)
        time.sleep(0.01)
    assert core.instructions >= 1


# -- monitor


def test_monitor_commands(running):
    bench, client = running
    client.ask(b"?")
    client.ask(b"Z0,8,4")
    client.ask(b"c")
    core = bench.core
    time_ = f"cycle {core.cycle}, chip tick {2 * core.cycle} ({core.cycle / 250:.3f} us)"
    assert client.monitor("time").startswith(f"{time_}, at 0x8 loop+0x4; ")
    assert "nothing has been recorded" in client.monitor("trace")
    assert "nothing has been recorded" in client.monitor("profile")
    assert client.monitor("trace on 100") == client.monitor("profile on") == ""
    for _ in range(3):
        client.ask(b"c")
    lines = client.monitor("trace 2").splitlines()
    assert [line.split()[4] for line in lines] == ["loop+0x8", "loop"]
    assert re.search(r"addi 3,3,1 +r3=0x", lines[1])
    assert re.search(r"\d+ +100.0% +9  loop", client.monitor("profile"))
    assert client.monitor("dis 0 3").splitlines()[2].startswith("=> 00000008 loop+0x4")
    assert client.monitor("trace off") == client.monitor("prof off") == ""
    assert "rows FIRST" in client.monitor("help") and "unknown command" in client.monitor("frobnicate")
    assert "ambiguous" in client.monitor("t")
    assert "trace x" in client.monitor("trace x")


def test_monitor_watches_rows_of_the_parallel_bus():
    with debugging([addi(3, 0, 0x20), encode_vector("fxvinx", [1, 0, 3]), 0x48000000 | -8 & 0x3FFFFFC]) as (_, client):
        client.ask(b"?")
        assert client.monitor("rows 0x20 r") == ""
        assert client.ask(b"c") == b"T05%x:00000004;thread:1;" % PC
        client.monitor("rows off")
        client.monitor("rows 0x21 0x30")
        client.send(b"c")
        assert client.silent()
        client.interrupt()
        client.receive()
        assert "which locations" in client.monitor("rows")


def test_far_memory_needs_a_chip():
    debugger = Debugger(Core)
    with pytest.raises(DebugError, match="0x40000000"):
        debugger.read_memory(0x40000000, 4)
    with pytest.raises(DebugError, match="no chip"):
        debugger.write_memory(0x40000000, b"1")


# -- what is no packet, and peers that say nothing

MALFORMED = [
    *(b"c-4", b"c100000000", b"s-1", b"s 4", b"cxyz", b"vCont;r-1,4", b"vCont;r0", b"vCont;r0,100000000"),
    *(b"Z0,100000000,4", b"Z0,-4,4", b"Z2,0", b"Z2,ffffffff,ffffffff", b"z0,", b"Z", b"Z0"),
    *(b"m", b"m-4,4", b"m0,-1", b"m0,0x4", b"m100000000,4", b"M0,4", b"M0,4:zz", b"M-4,4:00000000", b"X0,4:"),
    *(b"p", b"p-1", b"pffffffff", b"P-1=00000000", b"P0=", b"P0=-1", b"G-1", b"Gzz"),
    *(b"qXfer:features:read:target.xml:-1,4", b"qXfer:features:read:target.xml:0", b"qRcmd,zz", b"qRcmd,ff"),
]


@pytest.mark.parametrize("packet", MALFORMED, ids=repr)
def test_what_is_malformed_is_an_error_and_the_port_stays_good(running, packet):
    _, client = running
    before = client.register("pc")
    assert client.ask(packet) == b"E01"
    assert re.search("malformed|no |cannot|do not fit|E01", client.monitor("why"))
    assert client.register("pc") == before
    client.ask(b"s")


def test_random_packets_do_not_end_the_port(running):
    chance = random.Random(1)
    _, client = running
    client.ask(b"?")
    letters = b"?gGpPmMXZzHTvqQk" + b"0123456789abcdef,:;=-#$}*" * 2
    for _ in range(2000):
        body = bytes(chance.choice(letters) for _ in range(chance.randint(1, 12)))
        if body[:1] not in b"csCSkD" and not body.startswith(b"vCont") and not body.startswith(b"QStart"):
            client.ask(body)
    assert client.ask(b"?").startswith(b"T")


WRONG_NUMBERS = [
    *("disassemble -4", "disassemble 0 -1", "disassemble 0 1000000000", "disassemble 0x100000000", "trace -3", "trace on -1"),
    *("trace on 1000000000000", "trace on x", "profile -1", "rows -1", "rows 5 4", "rows"),
]


@pytest.mark.parametrize("line", WRONG_NUMBERS)
def test_numbers_of_monitor_commands(running, line):
    _, client = running
    answer = client.monitor(line)
    assert answer.startswith(f"{line}: ") and answer.count("\n") == 1
    assert client.ask(b"?").startswith(b"T")


def test_a_packet_without_end_is_dropped():
    reader = Reader()
    for _ in range(100):
        answers = reader.feed(b"$" + b"a" * 4095)
        if None in answers:
            break
    assert None in answers
    assert reader.feed(framed(b"g")) == [b"g"]


def test_a_silent_peer_halts_nothing(running, monkeypatch):
    monkeypatch.setattr("hicannx_sim.debugger.server.GREETING", 0.3)
    bench, client = running
    client.ask(b"D")
    client.close()
    with socket.create_connection(("127.0.0.1", bench.server.port)) as peer:
        assert bench.goes_on()
        peer.settimeout(10)
        assert b"no packet within" in peer.recv(1000)
        assert peer.recv(1000) == b""
    again = Client(bench.server.port)
    assert again.ask(b"?").startswith(b"T")
    again.close()


def test_a_second_debugger_is_told_at_once(running):
    bench, client = running
    client.ask(b"?")
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", bench.server.port)) as second:
        second.settimeout(10)
        second.sendall(b"+" + framed(b"qSupported"))
        assert b"another debugger holds this PPU" in second.recv(1000)
    assert time.monotonic() - begin < 1
    assert client.ask(b"?").startswith(b"T")


def test_a_fault_of_the_debugger_does_not_end_the_port(running, monkeypatch, caplog):
    bench, client = running
    client.ask(b"?")

    def fail():
        raise RuntimeError("lost")

    with monkeypatch.context() as patched:
        patched.setattr(bench.debugger, "read_memory", fail)
        client.send(b"m0,4")
        with pytest.raises((AssertionError, ConnectionError)):
            client.receive()
    again = Client(bench.server.port)
    assert again.ask(b"m0,4") != b"E01"
    again.close()
