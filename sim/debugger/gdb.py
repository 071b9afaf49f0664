"""GDB's remote serial protocol: packets in, packets out. (GDB manual, appendix Remote Protocol)

One process with one thread, number 1. What is refused is answered with an error; `monitor why` tells the reason of the last one.
"""

import re
from collections.abc import Callable

from hicannx_sim.debugger.debugger import KINDS, DebugError, Debugger
from hicannx_sim.debugger.monitor import Monitor
from hicannx_sim.debugger.registers import PC, REGISTERS, description, read_all, write_all

PACKET_BYTES = 0x8000
LONGEST = 2 * PACKET_BYTES  # that is waited for to become a packet
INTERRUPT = b"\x03"

_SIGNALS = {"asked": 2}  # SIGINT; all others SIGTRAP
_TRAP = 5
_ESCAPED = re.compile(rb"}(.)", re.DOTALL)
_SPECIAL = re.compile(rb"[#$}*]")
_WATCH_NAMES = {KINDS["2"]: "watch", KINDS["3"]: "rwatch", KINDS["4"]: "awatch"}


_NUMBER = re.compile(rb"[0-9a-fA-F]{1,8}")


def _hex(text: bytes) -> int:
    """A number of 32 bits as packets have it. Raises ValueError for anything else."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:20]!r} is no number of up to 8 hexadecimal digits")
    return int(text, 16)


def _hex_pair(text: bytes) -> tuple[int, int]:
    """Two numbers with a comma between them."""
    first, _, second = text.partition(b",")
    return _hex(first), _hex(second)


def framed(body: bytes) -> bytes:
    """A packet around its body.

    >>> framed(b"OK")
    b'$OK#9a'
    """
    body = _SPECIAL.sub(lambda found: b"}" + bytes([found[0][0] ^ 0x20]), body)
    return b"$%s#%02x" % (body, sum(body) & 0xFF)


class Reader:
    """Takes the bytes of a connection apart: bodies of packets, INTERRUPT, and None for a packet that was damaged."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes | None]:
        """What has become complete with these bytes. Acknowledgements are left out: TCP loses nothing."""
        self._rest += data
        found: list[bytes | None] = []
        while self._rest:
            if self._rest[:1] != b"$":
                if self._rest[:1] == INTERRUPT:
                    found.append(INTERRUPT)
                self._rest = self._rest[1:]
                continue
            end = self._rest.find(b"#")
            if end < 0 or len(self._rest) < end + 3:
                if len(self._rest) > LONGEST:  # this will never be a packet
                    found.append(None)
                    self._rest = b""
                break
            body, sum_ = self._rest[1:end], self._rest[end + 1 : end + 3]
            self._rest = self._rest[end + 3 :]
            right = sum_.lower() == b"%02x" % (sum(body) & 0xFF)
            found.append(_ESCAPED.sub(lambda part: bytes([part[1][0] ^ 0x20]), body) if right else None)
        return found


class Protocol:
    """Answers the packets of one GDB. The core has to be halted for all of them but the ones in `ANYTIME`."""

    ANYTIME = (b"qSupported", b"QStartNoAckMode", b"vMustReplyEmpty", b"vCont?", b"qXfer", b"H", b"qTStatus", b"qC", b"qAttached")

    def __init__(self, debugger: Debugger, monitor: Monitor) -> None:
        self.debugger = debugger
        self.monitor = monitor
        self.no_ack = False
        self.detached = False
        self._commands: dict[str, Callable[[bytes], bytes | None]] = {
            "?": lambda rest: self.stop_reply(), "g": self._read_all, "G": self._write_all, "p": self._read, "P": self._write,
            "m": self._peek, "M": self._poke, "X": self._poke_binary, "Z": self._insert, "z": self._remove, "c": self._continue,
            "s": self._step, "D": self._detach, "H": lambda rest: b"OK", "T": lambda rest: b"OK", "v": self._v, "q": self._query,
            "Q": self._set, "k": self._refuse_kill,
        }  # fmt: skip

    def handle(self, packet: bytes) -> bytes | None:
        """The answer; None if there is none now, as the core runs or nothing is answered."""
        command = self._commands.get(chr(packet[0]) if packet else "")
        if command is None:
            return b""
        try:
            return command(packet[1:])
        except DebugError as error:
            self.monitor.last_error = str(error)
        except (ValueError, IndexError) as error:
            self.monitor.last_error = f"packet {packet[:40]!r} is malformed: {error}"
        return b"E01"

    def stop_reply(self) -> bytes:
        """Why and where the core stands."""
        debugger = self.debugger
        signal = _SIGNALS.get(debugger.cause, _TRAP)
        watched = f"{_WATCH_NAMES.get(debugger.kinds, 'awatch')}:{debugger.where:x};" if debugger.cause == "watch" else ""
        if watched and debugger.kinds not in _WATCH_NAMES:  # in the parallel space, of which GDB knows nothing
            watched = ""
        return f"T{signal:02x}{watched}{PC:x}:{debugger.core.pc:08x};thread:1;".encode()

    # -- registers

    def _read_all(self, rest: bytes) -> bytes:
        return read_all(self.debugger.core).hex().encode()

    def _write_all(self, rest: bytes) -> bytes:
        write_all(self.debugger.core, bytes.fromhex(rest.decode()))
        return b"OK"

    def _read(self, rest: bytes) -> bytes:
        return REGISTERS[_hex(rest)].read(self.debugger.core).hex().encode()

    def _write(self, rest: bytes) -> bytes:
        number, _, text = rest.partition(b"=")
        register, data = REGISTERS[_hex(number)], bytes.fromhex(text.decode())
        if register.write is None:
            raise DebugError(f"register {register.name} can only be read")
        if len(data) != register.size:
            raise ValueError(f"{register.name} has {register.size} bytes, not {len(data)}")
        register.write(self.debugger.core, data)
        return b"OK"

    # -- memory

    def _peek(self, rest: bytes) -> bytes:
        address, length = _hex_pair(rest)
        return self.debugger.read_memory(address, min(length, PACKET_BYTES // 2 - 4)).hex().encode()

    def _poke(self, rest: bytes, binary: bool = False) -> bytes:
        place, _, content = rest.partition(b":")
        address, length = _hex_pair(place)
        data = content if binary else bytes.fromhex(content.decode())
        if len(data) != length:
            raise ValueError(f"{len(data)} bytes instead of {length}")
        if data:
            self.debugger.write_memory(address, data)
        return b"OK"

    def _poke_binary(self, rest: bytes) -> bytes:
        return self._poke(rest, binary=True)

    # -- breakpoints and watchpoints

    def _insert(self, rest: bytes, on: bool = True) -> bytes:
        kind, _, span = rest.partition(b";")[0].decode().partition(",")
        place, length = _hex_pair(span.encode())
        if kind in ("0", "1"):
            self.debugger.set_breakpoint(place, on)
        elif kind in KINDS:
            self.debugger.set_watch(place, place + max(length, 1) - 1, KINDS[kind], on)
        else:
            return b""
        return b"OK"

    def _remove(self, rest: bytes) -> bytes:
        return self._insert(rest, False)

    # -- execution

    def _continue(self, rest: bytes) -> None:
        self._jump(rest)
        self.debugger.resume()

    def _step(self, rest: bytes) -> None:
        self._jump(rest)
        self.debugger.resume((0, 0))

    def _jump(self, rest: bytes) -> None:
        if rest:
            REGISTERS[PC].write(self.debugger.core, _hex(rest).to_bytes(4, "big"))  # type: ignore[misc]

    def _v(self, rest: bytes) -> bytes | None:
        if rest == b"Cont?":
            return b"vCont;c;C;s;S;r"
        if rest.startswith(b"Cont;"):
            return self._resume(rest.removeprefix(b"Cont;").split(b";")[0].partition(b":")[0])
        if rest.startswith(b"Kill"):
            self._refuse_kill(rest)
            return b"E01"
        return b""

    def _resume(self, action: bytes) -> bytes | None:
        if action[:1] in (b"c", b"C"):
            self.debugger.resume()
        elif action[:1] in (b"s", b"S"):
            self.debugger.resume((0, 0))
        elif action[:1] == b"r":
            self.debugger.resume(_hex_pair(action[1:]))
        else:
            return b""
        return None

    def _detach(self, rest: bytes) -> bytes:
        self.detached = True
        return b"OK"

    def _refuse_kill(self, rest: bytes) -> None:
        self.monitor.last_error = "a PPU cannot be killed; the host holds it in reset"

    # -- queries

    def _query(self, rest: bytes) -> bytes:
        name, _, tail = rest.partition(b":")
        if name == b"Supported":
            features = "qXfer:features:read+;QStartNoAckMode+;vContSupported+;swbreak-;hwbreak-;multiprocess-"
            return f"PacketSize={PACKET_BYTES:x};{features}".encode()
        if name == b"Xfer" and tail.startswith(b"features:read:target.xml:"):
            return self._part(description(), tail.rpartition(b":")[2])
        if rest.startswith(b"Rcmd,"):
            text = self.monitor.run(bytes.fromhex(rest[5:].decode()).decode())
            return text.encode().hex().encode() or b"OK"
        simple = {b"C": b"QC1", b"fThreadInfo": b"m1", b"sThreadInfo": b"l", b"Attached": b"1", b"Offsets": b"Text=0;Data=0;Bss=0"}
        if name == b"Symbol":
            return b"OK"
        return simple.get(name, b"")

    @staticmethod
    def _part(text: str, span: bytes) -> bytes:
        offset, length = _hex_pair(span)
        part = text.encode()[offset : offset + length]
        return (b"m" if offset + length < len(text) else b"l") + part

    def _set(self, rest: bytes) -> bytes:
        if rest != b"StartNoAckMode":
            return b""
        self.no_ack = True
        return b"OK"
