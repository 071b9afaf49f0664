"""The command `hicannx serve`."""

import argparse
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from types import FrameType

import yaml

from fisch.database import document_of
from fisch.environment import PORTS
from hicannx.errors import HicannxError
from hicannx.starting import INTERRUPTED
from hicannx_sim import System, VirtualChip
from hicannx_sim.setup.connection import setup_of
from hicannx_sim.setup.debugging import gdb_server
from hicannx_sim.setup.multichip import MultichipSetup
from hicannx_sim.setup.serve import Gathering, Log, ServedChip

BROADCAST = IPv4Address("255.255.255.255")
PPUS = ("top", "bottom")


def serve(chips: Sequence[ServedChip], until: threading.Event, debuggers: Sequence[gdb_server] = ()) -> None:
    """Serves the chips until the event is set, then stops all of them, and before them what may hold one in the middle of a program."""
    started: list[ServedChip] = []
    try:
        for chip in chips:
            chip.start()
            started.append(chip)
        until.wait()
    finally:
        for debugger in debuggers:
            debugger.close()
        for chip in started:
            chip.stop()


def main(options: argparse.Namespace) -> int:
    """`hicannx serve`: serves until SIGTERM (status 0) or SIGINT (130)."""
    until, got = threading.Event(), []

    def end(number: int, frame: FrameType | None) -> None:
        got.append(number)
        until.set()

    chips = _chips(options)
    debuggers = [] if options.gdb is None else _debuggers(chips, options.gdb)
    with _signals(end), _log():
        _announce(chips, debuggers)
        serve(chips, until, debuggers)
    return INTERRUPTED if signal.SIGINT in got else 0


@contextmanager
def _log() -> Iterator[None]:
    """What happens is told on stderr, for whoever wants to read it."""
    root = logging.getLogger()
    handler, level = Log(), root.level
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """SIGINT and SIGTERM go to a handler."""
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _chips(options: argparse.Namespace) -> list[ServedChip]:
    serials = options.serials or [0]
    ips = _addresses(options.address, len(serials), options.public)
    gathering = _gathering(options, serials)
    systems = _systems(options, serials) if gathering is None else list(gathering.setup.systems.values())
    if options.write_hwdb:
        _write_hwdb(options.write_hwdb, systems, ips)
    made: list[ServedChip] = []
    try:
        for number, (ip, system) in enumerate(zip(ips, systems, strict=True)):
            made.append(ServedChip(ip, system, number, options.data_port, options.reset_port, options.power_cycle, gathering))
    except OSError as error:
        _close(made)
        raise OSError(f"cannot listen at {ips[len(made)]}: {error.strerror}") from None
    return made


def _systems(options: argparse.Namespace, serials: Sequence[int]) -> list[System]:
    return [System(VirtualChip(serial, options.mode), options.seed, options.strict, options.setup) for serial in serials]


def _gathering(options: argparse.Namespace, serials: Sequence[int]) -> Gathering | None:
    """Several chips of a jBOA are one setup, whose FPGAs run the programs of a host together."""
    if options.setup != "jboa" or len(serials) == 1:
        return None
    if options.gdb is not None:
        raise HicannxError("--gdb: a debugger stops the time of a chip, and that of several chips in a setup is common: serve one chip")
    setup = MultichipSetup.of([VirtualChip(serial, options.mode) for serial in serials], options.seed, options.strict)
    setup.goes_on = True
    return Gathering(setup)


def _debuggers(chips: Sequence[ServedChip], port: int) -> list[gdb_server]:
    """Ports for GDB, top and bottom PPU of one chip after the other."""
    made: list[gdb_server] = []
    if port and port + len(PPUS) * len(chips) - 1 not in PORTS:
        _close(chips)
        raise HicannxError(f"--gdb: {len(PPUS) * len(chips)} ports are needed, and from {port} on there are {len(PORTS) - port}")
    try:
        for number, chip in enumerate(chips):
            for ppu in range(len(PPUS)):
                made.append(gdb_server(chip.system, ppu, port and port + len(PPUS) * number + ppu))
    except OSError as error:
        for debugger in made:
            debugger.close()
        _close(chips)
        raise OSError(f"--gdb: cannot listen at port {port + len(made)}: {error}") from None
    return made


def _close(chips: Sequence[ServedChip]) -> None:
    for chip in chips:
        chip.close()


def _addresses(text: str, count: int, public: bool) -> list[str]:
    """The address and those that follow it."""
    try:
        addresses = [IPv4Address(text) + number for number in range(count)]
    except AddressValueError as error:
        need = f" or has not {count - 1} more after it" if count > 1 else ""
        raise HicannxError(f"--address: {text!r} is not an IPv4 address{need}: {error}") from None
    for address in addresses:
        if address.is_multicast or address == BROADCAST:
            raise HicannxError(f"--address: {address} is the address of many, and a chip needs one of its own")
        if not address.is_loopback and not public:
            raise HicannxError(
                f"--address: others can reach {address}, and anybody who does can use the chip: add --public if that is wanted"
            )
    return [str(address) for address in addresses]


def _write_hwdb(path: Path, systems: Sequence[System], ips: Sequence[str]) -> None:
    """One setup with all chips."""
    fpgas = {number: setup_of(system, ip, number).fpgas[number] for number, (system, ip) in enumerate(zip(systems, ips, strict=True))}
    path.write_text(yaml.safe_dump(document_of(replace(setup_of(systems[0]), fpgas=fpgas)), sort_keys=False, explicit_start=True), "utf-8")


def _announce(chips: Sequence[ServedChip], debuggers: Sequence[gdb_server]) -> None:
    for chip in chips:
        data, reset = chip.ports
        print(f"chip {chip.system.identity.serial} at {chip.ip}, data port {data}, reset port {reset}", flush=True)
    for number, debugger in enumerate(debuggers):
        serial, ppu = chips[number // len(PPUS)].system.identity.serial, PPUS[number % len(PPUS)]
        print(f"GDB for {ppu} PPU of chip {serial} at port {debugger.port}", flush=True)
    print(f"SLURM_FPGA_IPS={','.join(chip.address for chip in chips)}", flush=True)
