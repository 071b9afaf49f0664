"""The subcommands: name, summary, arguments and what they do. What a command needs is imported when it runs."""

from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from hicannx.arguments import PORT, SEED, SERIAL, Several, assignment, output, path, whole

DEFAULT_FOLDER = Path("docs/build")
MOST_WORKERS, MOST_RETRIES = 1024, 100  # of a sweep
LEAST_MEMORY = 256  # MiB, without which the process of a chip does not even start
DATA_PORT, RESET_PORT, SERVICE_PORT = 1234, 45054, 1235
MOST_CYCLES = 2**40  # FPGA cycles: two and a half hours of hardware time
MOST_INSTRUCTIONS = 2**24
_SERVE_EPILOG = """\
The n-th chip listens at the n-th address from --address on. Host software finds them with SLURM_FPGA_IPS=<addresses, comma separated>.
"""


@dataclass(frozen=True)
class Command:
    """One subcommand. `home` is the module and function that carries it out."""

    name: str
    summary: str
    home: str
    arguments: Callable[[ArgumentParser], None]

    def load(self) -> Callable[[Namespace], int]:
        """What carries it out with the parsed arguments and returns the exit status."""
        module, _, function = self.home.partition(":")
        found: Callable[[Namespace], int] = getattr(import_module(module), function)
        return found


def _none(parser: ArgumentParser) -> None:
    """No arguments."""


def _serve(parser: ArgumentParser) -> None:
    parser.epilog = _SERVE_EPILOG
    parser.add_argument("serials", nargs="*", type=SERIAL, metavar="SERIAL", help="serial numbers of the chips, 0 .. 4294967295, default 0")
    parser.add_argument("--address", default="127.0.0.1", help="IPv4 address of the first chip, default %(default)s")
    parser.add_argument("--data-port", type=PORT, default=DATA_PORT, metavar="PORT", help="default %(default)s")
    parser.add_argument("--reset-port", type=PORT, default=RESET_PORT, metavar="PORT", help="default %(default)s")
    parser.add_argument("--mode", default="typical", choices=("typical", "ideal"), help="how strongly circuits differ, default %(default)s")
    parser.add_argument("--setup", default="cube", choices=("cube", "jboa"), help="what is around the chips, default %(default)s")
    parser.add_argument("--seed", type=SEED, default=0, help="of the trial noise, 0 .. 2**64 - 1, default %(default)s")
    parser.add_argument("--strict", action="store_true", help="report accesses to what is undefined or not modelled as errors")
    parser.add_argument(
        "--gdb", type=PORT, metavar="PORT", help="debug PPUs at ports of this machine, two a chip from PORT on; 0: free ones"
    )
    parser.add_argument("--power-cycle", action="store_true", help="power cycle a chip when somebody connects to it")
    parser.add_argument("--public", action="store_true", help="allow an address that others can reach; there is no protection of any kind")
    parser.add_argument("--write-hwdb", metavar="PATH", type=output, help="write a hardware database with these chips")


def _report(parser: ArgumentParser) -> None:
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help="of the chip; those in SLURM_FPGA_IPS, else 127.0.0.1, by default")
    parser.add_argument("--counters", action="store_true", help="everything that is counted, as JSON")
    parser.add_argument("--snapshot", type=output, metavar="FILE", help="write the whole state, for hicannx_sim.System.restore")


def _doctor(parser: ArgumentParser) -> None:
    parser.add_argument("script", type=path, metavar="SCRIPT", help="in Python; it gets the model in this process, whatever is set")
    parser.add_argument("arguments", nargs=REMAINDER, metavar="ARGUMENT", help="of the script")


def _docs(parser: ArgumentParser) -> None:
    parser.add_argument("--output", type=path, metavar="DIR", help=f"folder for the pages, {DEFAULT_FOLDER} by default")
    parser.add_argument("--systemrdl", type=output, metavar="FILE", help="write SystemRDL; then pages only if --output is given too")


def _accuracy(parser: ArgumentParser) -> None:
    parser.add_argument("register", nargs="?", metavar="NAME|ADDRESS", help="container or 32-bit omnibus word address; all if left out")


def _ppu(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    made = actions.add_parser("build", help="compile and link C for the PPU, and check the result")
    made.add_argument("sources", type=path, nargs="+", metavar="FILE", help="C or assembler; #include <ppu.h>")
    made.add_argument("-o", "--output", type=output, metavar="FILE", help="the program; the first source with suffix .elf by default")
    made.add_argument("-O", dest="optimise", choices=tuple("0123sg"), default="2", help="optimisation, 2 by default")
    made.add_argument("-I", dest="include", action="append", default=[], metavar="DIR", help="folder of headers")
    made.add_argument("-D", dest="define", action="append", default=[], metavar="NAME[=VALUE]", help="macro")
    made.add_argument("--compiler", metavar="COMMAND", help="GCC for PowerPC; one with a usual name by default")
    check = actions.add_parser("check", help="look for instructions that the PPU does not have")
    listing = actions.add_parser("disassemble", help="list a program's instructions")
    listing.add_argument("--function", metavar="NAME", help="only this one")
    run = actions.add_parser("run", help="initialise the chip that the environment chooses and run a program on it")
    run.add_argument("--ppu", choices=("top", "bottom"), default="top", help="top by default")
    cycles = f"FPGA cycles of 8 ns, 1 .. {MOST_CYCLES}, 10000000 by default"
    run.add_argument("--timeout", type=whole(1, MOST_CYCLES), default=10_000_000, metavar="CYCLES", help=cycles)
    run.add_argument("--profile", action="store_true", help="show instructions and cycles by symbol, on stderr")
    count = f"show the last COUNT instructions, 0 .. {MOST_INSTRUCTIONS}, on stderr"
    run.add_argument("--trace", type=whole(0, MOST_INSTRUCTIONS), default=0, metavar="COUNT", help=count)
    for action in (check, listing, run):
        action.add_argument("program", type=path, metavar="PROGRAM", help="linked program (ELF)")


def _gdb(parser: ArgumentParser) -> None:
    parser.add_argument("program", type=path, metavar="PROGRAM", help="linked program (ELF)")
    parser.add_argument("--ppu", choices=("top", "bottom"), default="top", help="top by default")
    parser.add_argument("--port", type=PORT, default=0, help="a free one by default")


def _calibration(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="one line per entry; of a container, per field that is not as by default")
    show.add_argument("file", type=path, metavar="FILE", help="portable binary or JSON, compressed with gzip or not")
    diff = actions.add_parser("diff", help="one line per entry or field that differs; exit status 1 if any does")
    diff.add_argument("one", type=path, metavar="FILE")
    diff.add_argument("other", type=path, metavar="FILE")
    for action in (show, diff):
        action.add_argument("--class", dest="kind", metavar="NAME", help="what is stored, where the file does not tell")
        action.add_argument("--all", action="store_true", help="do not shorten lines")


def _service(parser: ArgumentParser) -> None:
    parser.epilog = "Scripts find it with QUIGGELDY_ENABLED=1 QUIGGELDY_IP=<address> QUIGGELDY_PORT=<port> [QUIGGELDY_TOKEN=<token>]."
    parser.add_argument("--address", default="127.0.0.1", help="IPv4 address to listen at, default %(default)s")
    parser.add_argument("--port", type=PORT, default=SERVICE_PORT, help="default %(default)s; 0: a free one")
    parser.add_argument("--public", action="store_true", help="allow an address that others can reach; needs --tokens")
    parser.add_argument("--tokens", type=path, metavar="FILE", help="ask for a token of this file, see `hicannx token --help`")
    parser.add_argument("--chips", type=whole(1, 1024), default=2, metavar="COUNT", help="processes, 1 .. 1024, default %(default)s")
    parser.add_argument(
        "--shared", action=Several, nargs="+", type=SERIAL, default=[], metavar="SERIAL", help="these chips are shared by all, as left"
    )
    parser.add_argument("--setup", choices=("cube", "jboa"), default="cube", help="jboa: --shared are one setup, default %(default)s")
    parser.add_argument("--fpga", action=Several, nargs="+", default=[], metavar="ADDRESS", help="FPGAs that are shared by all, over UDP")
    parser.add_argument("--limit", type=whole(0, 86400), default=600, metavar="SECONDS", help="of a program, 0: none, default %(default)s")
    parser.add_argument("--keep", type=whole(1, 86400), default=300, metavar="SECONDS", help="for lost clients to return, %(default)s")
    parser.add_argument("--most-words", type=whole(1, 1 << 23), default=1 << 22, metavar="COUNT", help="of a program, default %(default)s")
    parser.add_argument("--most-waiting", type=whole(1, 1 << 20), default=64, metavar="COUNT", help="of a user, default %(default)s")
    parser.add_argument("--most-sessions", type=whole(1, 1 << 20), default=64, metavar="COUNT", help="of a user, default %(default)s")
    parser.add_argument(
        "--memory", type=whole(0, 1 << 20), default=0, metavar="MIB", help=f"of a chip's process, at least {LEAST_MEMORY}; 0: no limit"
    )


def _token(parser: ArgumentParser) -> None:
    parser.add_argument("user", metavar="USER", help="whose token it is")
    parser.add_argument("--tokens", type=output, default=Path("tokens"), metavar="FILE", help="where it is noted, default %(default)s")
    parser.add_argument("--days", type=whole(1, 36500), default=180, help="until it expires, 1 .. 36500, default %(default)s")


def _check(parser: ArgumentParser) -> None:
    parser.epilog = "The chips lose what is set on them. Run by a timer, with --metrics in the folder of a node exporter, it is an alarm."
    parser.add_argument("--junit", type=output, metavar="FILE", help="write the results for continuous integration, in XML")
    parser.add_argument("--metrics", type=output, metavar="FILE", help="write the results for Prometheus")
    store = "digests and speeds to compare with, by default hicannx/check.json in XDG_DATA_HOME, else in ~/.local/share"
    parser.add_argument("--store", type=path, metavar="FILE", help=store)
    parser.add_argument("--renew", action="store_true", help="keep those of this time")


def _reg(parser: ArgumentParser) -> None:
    parser.add_argument("what", metavar="NAME|ADDRESS|search", help="container, or 32-bit omnibus word address")
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to look for in names and meanings, after `search`")
    parser.add_argument("--live", action="store_true", help="read it from the chip that the environment chooses, which is taken over")
    parser.add_argument("--at", type=whole(0, 2**32 - 1), metavar="INDEX", help="which one to read, 0 .. 2**32 - 1, 0 by default")


def _sweep(parser: ArgumentParser) -> None:
    parser.add_argument("function", metavar="SCRIPT:FUNCTION", help="function(connection, point) in a script")
    parser.add_argument(
        "--grid", action=Several, nargs="+", type=assignment, required=True, metavar="NAME=VALUES", help="values 1,4,8 or first..last/step"
    )
    parser.add_argument(
        "--chips", action=Several, nargs="+", type=SERIAL, default=[0], metavar="SERIAL", help="chips that take turns, 0 by default"
    )
    parser.add_argument("--mode", default=None, choices=("typical", "ideal"), help="how strongly circuits differ")
    parser.add_argument("--seed", type=SEED, default=0, help="of the whole sweep, 0 .. 2**64 - 1, default %(default)s")
    parser.add_argument(
        "--workers", type=whole(1, MOST_WORKERS), metavar="COUNT", help=f"processes, 1 .. {MOST_WORKERS}; one for each processor by default"
    )
    parser.add_argument("--store", type=path, metavar="FILE", help="keep finished points here, and skip those that it has")
    parser.add_argument(
        "--retries", type=whole(0, MOST_RETRIES), default=1, help=f"after the death of a worker, 0 .. {MOST_RETRIES}, default %(default)s"
    )
    parser.add_argument("--output", type=output, metavar="FILE", help="*.csv, or *.nc with xarray; standard output by default")


def _cluster(parser: ArgumentParser) -> None:
    parser.epilog = "Started as `mpirun -n COUNT hicannx cluster SCRIPT`, all processes run the script, and each has some of the chips."
    parser.add_argument("script", type=path, metavar="SCRIPT", help="in Python; its setups of several jBOA chips are distributed")
    parser.add_argument("arguments", nargs=REMAINDER, metavar="ARGUMENT", help="of the script")


def _calibrate(parser: ArgumentParser) -> None:
    parser.add_argument("serials", nargs="*", type=SERIAL, metavar="SERIAL", help="serial numbers of the chips, 0 by default")
    kinds = ("hagen", "hagen_synin", "spiking", "spiking2", "correlation")
    parser.add_argument("--kind", action="append", choices=kinds, help="only this one; may be given several times")
    parser.add_argument("--mode", default="typical", choices=("typical", "ideal"), help="of the chips, default %(default)s")
    parser.add_argument(
        "--engine", default="model", choices=("model", "calix"), help="compute from the model's numbers, or search with calix (minutes)"
    )
    parser.add_argument("--again", action="store_true", help="also what is there already")
    parser.add_argument("--output", type=path, metavar="DIR", help="folder for the files, by default the one that clients look into")
    parser.add_argument("--table", action="store_true", help="print how many circuits of each chip succeeded (Markdown)")
    parser.add_argument("--report", type=path, metavar="DIR", help="folder for pictures and a page about the calibrations")


def _diff(parser: ArgumentParser) -> None:
    parser.epilog = "Exit status 1 if anything differs."
    for name in ("one", "other"):
        parser.add_argument(name, metavar="FILE|ADDRESS", help="snapshot, stored program, or address of a served chip")


def _record(parser: ArgumentParser) -> None:
    parser.add_argument("script", type=path, metavar="SCRIPT", help="in Python; it gets the model in this process, whatever is set")
    parser.add_argument("arguments", nargs=REMAINDER, metavar="ARGUMENT", help="of the script")
    files = {"vcd": "GTKWave", "perfetto": "ui.perfetto.dev", "hdf5": "h5py", "nwb": "PyNWB", "speedscope": "speedscope.app"}
    for name, opens in files.items():
        parser.add_argument(f"--{name}", type=output, metavar="FILE", help=f"write what {opens} opens")
    for source in ("membrane", "excitatory", "inhibitory", "adaptation"):
        parser.add_argument(
            f"--{source}", action=Several, nargs="+", type=whole(0, 511), default=[], metavar="NEURON", help="sample it, 0 .. 511"
        )
    every = "between samples, 100 .. 1000000000, a multiple of 100, default %(default)s"
    parser.add_argument("--every", type=whole(100, 10**9), default=1000, metavar="NS", help=every)
    last = f"so many of the last of each PPU, 0 .. {MOST_INSTRUCTIONS}"
    parser.add_argument("--instructions", type=whole(0, MOST_INSTRUCTIONS), default=0, metavar="COUNT", help=last)
    parser.add_argument("--program", type=path, action="append", default=[], metavar="ELF", help="of the PPUs, for names of functions")
    parser.add_argument("--chip", type=whole(0, 1023), default=0, metavar="NUMBER", help="which one of the script's, 0 by default")


def _view(parser: ArgumentParser) -> None:
    script = "in Python; it gets the model in this process; without, a served chip is shown"
    parser.add_argument("script", type=path, nargs="?", metavar="SCRIPT", help=script)
    parser.add_argument("arguments", nargs=REMAINDER, metavar="ARGUMENT", help="of the script")
    parser.add_argument("--address", default="127.0.0.1", help="of the served chip, default %(default)s")
    parser.add_argument("--port", type=PORT, default=0, help="of the page, a free one by default")
    parser.add_argument("--program", type=path, action="append", default=[], metavar="ELF", help="of the PPUs, for names of functions")
    parser.add_argument("--pause", action="store_true", help="begin with the chip held up; the page lets it go on")
    parser.add_argument("--once", action="store_true", help="end with the script")


def _words(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="all messages to the FPGA with their fields")
    shown = actions.add_parser("show", help="words field by field")
    shown.add_argument("words", nargs="*", metavar="WORD", help="such as 0x0b00001f0016001e; from standard input if none is given")
    made = actions.add_parser("make", help="the word of a message")
    made.add_argument("message", metavar="MESSAGE", help="such as Address")
    made.add_argument("fields", nargs="*", metavar="NAME=VALUE", help="such as address=0x16001e; others are 0")


def _c_library(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=path, metavar="DIR", help="where the library and its header are to stand")


def _compatibility(parser: ArgumentParser) -> None:
    parser.add_argument("client", metavar="CLIENT", help="its name: calix, pynn, pynn-abstract, notebooks, hxtorch, jaxsnn")
    parser.add_argument("checkout", type=path, metavar="CHECKOUT", help="its source tree")
    parser.add_argument("--serial", type=SERIAL, default=0, metavar="SERIAL", help="of the virtual chip, 0 by default")
    parser.add_argument("--only", default="", metavar="TEXT", help="only files whose names contain this; other rows stay")
    parser.add_argument("--limit", type=whole(0, 86_400), default=3600, metavar="SECONDS", help="for each file, 3600 by default; 0: none")
    parser.add_argument("--keep", type=path, metavar="DIR", help="folder for pictures and output of scripts and notebooks")
    parser.add_argument("--work", type=path, metavar="DIR", help="folder that tests work in; what they leave serves the next run")
    parser.add_argument("--resume", action="store_true", help="leave out files that the table of --output has rows of")
    parser.add_argument("--output", type=path, metavar="FILE", help="document whose table of this client, version and chip is made anew")


ALL = (
    Command("serve", "serve virtual chips to host software over UDP (HostARQ)", "hicannx.serve:main", _serve),
    Command(
        "info",
        "versions, and what the environment chooses: a virtual chip, or FPGAs, and whether they answer",
        "hicannx.reports:info",
        _none,
    ),
    Command("service", "share virtual chips, or FPGAs, between users", "hicannx.service.command:main", _service),
    Command("token", "a new token for a user of a service, shown this once", "hicannx.service.command:token", _token),
    Command("report", "what happened on a chip that is served on this machine", "hicannx.served:report", _report),
    Command("check", "whether the chips that the environment chooses are in order", "hicannx.health.command:main", _check),
    Command("doctor", "run a script and explain what it attempted in vain", "hicannx.doctor:main", _doctor),
    Command("accuracy", "how far a register can be trusted", "hicannx.reports:accuracy", _accuracy),
    Command("reg", "a register's fields, bits and meaning; search; what a chip has in it", "hicannx.register_browser:main", _reg),
    Command("ppu", "build, check, disassemble and run programs of the plasticity processors", "hicannx.ppu.command:main", _ppu),
    Command("gdb", "run a program of a plasticity processor that waits for GDB", "hicannx.ppu_debug:gdb", _gdb),
    Command("calibrate", "make the default calibrations of virtual chips", "hicannx.calibration.command:main", _calibrate),
    Command("calibration", "list and compare files of calibrations and other containers", "hicannx.stored.command:main", _calibration),
    Command("sweep", "one experiment at many points, in many processes", "hicannx.sweeps.command:main", _sweep),
    Command("cluster", "run a script whose chips are distributed over the processes of MPI", "hicannx.clusters.command:main", _cluster),
    Command(
        "compatibility",
        "run the tests of software for the real system and table what becomes of them",
        "hicannx.compatibility.command:main",
        _compatibility,
    ),
    Command("view", "a page in the browser that shows a chip while it works", "hicannx.page.command:main", _view),
    Command("diff", "in which registers and fields two chips, snapshots or programs differ", "hicannx.configuration:main", _diff),
    Command("words", "words between host and FPGA, field by field", "hicannx.words:main", _words),
    Command("c-library", "build a library for programs in C and other languages", "hicannx.c_interface:main", _c_library),
    Command("record", "run a script and record what happens on the chip, for other tools", "hicannx.record:main", _record),
    Command("docs", "register documentation as Markdown, or the registers as SystemRDL", "hicannx.reports:docs", _docs),
)
"""All subcommands, in the order of the help."""
