"""The command `hicannx serve`."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from types import FrameType

import yaml

from fisch.arq import DATA_PORT, RESET_PORT
from fisch.database import document_of
from hicannx_sim.base.errors import ConfigurationError, SimError
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.setup.connection import setup_of
from hicannx_sim.setup.debugging import gdb_server
from hicannx_sim.setup.serve.served import ServedChip
from hicannx_sim.setup.system import System

PPUS = ("top", "bottom")

_EPILOG = """\
The n-th chip listens at the n-th address from --address on. Host software finds them with SLURM_FPGA_IPS=<addresses, comma separated>.
"""


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


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser("hicannx serve", description="Serve virtual chips to host software over UDP (HostARQ).", epilog=_EPILOG)
    made.add_argument("serials", nargs="*", type=lambda text: int(text, 0), help="serial numbers of the chips, default 0")
    made.add_argument("--address", default="127.0.0.1", help="address of the first chip, default %(default)s")
    made.add_argument("--data-port", type=int, default=DATA_PORT, help="default %(default)s")
    made.add_argument("--reset-port", type=int, default=RESET_PORT, help="default %(default)s")
    made.add_argument("--mode", default="typical", choices=("typical", "ideal"), help="how strongly circuits differ, default %(default)s")
    made.add_argument("--setup", default="cube", choices=("cube", "jboa"), help="what is around the chips, default %(default)s")
    made.add_argument("--seed", type=lambda text: int(text, 0), default=0, help="of the trial noise, default %(default)s")
    made.add_argument("--strict", action="store_true", help="report accesses to what is undefined or not modelled as errors")
    made.add_argument("--gdb", type=int, metavar="PORT", help="debug PPUs at ports of this machine, two a chip from PORT on; 0: free ones")
    made.add_argument("--power-cycle", action="store_true", help="power cycle a chip when somebody connects to it")
    made.add_argument("--public", action="store_true", help="allow an address that others can reach; there is no protection of any kind")
    made.add_argument("--write-hwdb", metavar="PATH", type=Path, help="write a hardware database with these chips")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """`hicannx serve`: serves until SIGINT or SIGTERM. Returns the exit code."""
    options = parser().parse_args(argv)
    try:
        chips = _chips(options)
        debuggers = [] if options.gdb is None else _debuggers(chips, options.gdb)
    except (SimError, OSError) as error:
        print(f"hicannx serve: {error}", file=sys.stderr)
        return 1
    until = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        until.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _announce(chips, debuggers)
        serve(chips, until, debuggers)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _chips(options: argparse.Namespace) -> list[ServedChip]:
    first = _address(options.address, options.public)
    serials = options.serials or [0]
    systems = [System(VirtualChip(serial, options.mode), options.seed, options.strict, options.setup) for serial in serials]
    ips = [str(first + number) for number in range(len(serials))]
    if options.write_hwdb:
        _write_hwdb(options.write_hwdb, systems, ips)
    made: list[ServedChip] = []
    try:
        for number, (ip, system) in enumerate(zip(ips, systems, strict=True)):
            made.append(ServedChip(ip, system, number, options.data_port, options.reset_port, options.power_cycle))
    except OSError as error:
        for chip in made:
            chip.endpoint.close()
        raise OSError(f"cannot listen at {ips[len(made)]}: {error.strerror}") from None
    return made


def _debuggers(chips: Sequence[ServedChip], port: int) -> list[gdb_server]:
    """Ports for GDB, top and bottom PPU of one chip after the other."""
    made: list[gdb_server] = []
    try:
        for number, chip in enumerate(chips):
            for ppu in range(len(PPUS)):
                made.append(gdb_server(chip.system, ppu, port and port + len(PPUS) * number + ppu))
    except (OSError, OverflowError) as error:
        for debugger in made:
            debugger.close()
        for chip in chips:
            chip.endpoint.close()
        raise OSError(f"cannot listen for GDB at port {port + len(made)}: {error}") from None
    return made


def _address(text: str, public: bool) -> IPv4Address:
    try:
        address = IPv4Address(text)
    except AddressValueError:
        raise ConfigurationError(f"{text!r} is not an IPv4 address") from None
    if not address.is_loopback and not public:
        raise ConfigurationError(f"others can reach {address}, and anybody who does can use the chip: add --public if that is wanted")
    return address


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
    print(f"SLURM_FPGA_IPS={','.join(chip.ip for chip in chips)}", flush=True)
