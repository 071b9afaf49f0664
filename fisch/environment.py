"""The environment variables that change what happens, in one table: what they mean, what they may say, what counts without them.

`setting` reads one of them; a value out of range is a SettingError that names variable and range. `require_known` looks for misspelt names.
"""

import difflib
import logging
import math
import os
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from typing import Any, Final

from fisch.errors import SettingError

_log = logging.getLogger("fisch.environment")
PREFIX: Final = "HICANNX_"
LIKE_OURS: Final = re.compile("HICANN_?X?_?", re.IGNORECASE)
"""How names begin that may be meant to be ours."""
PORTS: Final = range(1 << 16)


# ------------------------------------------------------------------------------------------------------------ kinds of values
@dataclass(frozen=True)
class Whole:
    """A whole number of a range, decimal or with 0x, 0o, 0b. ValueError says what is wanted.

    >>> Whole(0, 65535)("0x10")
    16
    """

    low: int
    high: int

    def __call__(self, text: str) -> int:
        try:
            value = int(text, 0)
        except ValueError:
            value = None
        if value is None or not self.low <= value <= self.high:
            raise ValueError(f"{text!r} is not {self}")
        return value

    def __str__(self) -> str:
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Listed:
    """Some whole numbers of a range with commas between them, at least one, as a tuple.

    >>> Listed(Whole(0, 9))("3, 4"), Listed(Whole(0, 9))("5")
    ((3, 4), (5,))
    """

    each: Whole

    def __call__(self, text: str) -> tuple[int, ...]:
        try:
            return tuple(self.each(part.strip()) for part in text.split(","))
        except ValueError:
            raise ValueError(f"{text!r} is not {self}") from None

    def __str__(self) -> str:
        return f"{self.each}, or several with commas between them"


@dataclass(frozen=True)
class Seconds:
    """A time in seconds; what 0 means is the variable's affair.

    >>> Seconds(60)("2.5")
    2.5
    """

    high: int

    def __call__(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value <= self.high:
            raise ValueError(f"{text!r} is not {self}")
        return value

    def __str__(self) -> str:
        return f"a number of seconds from 0 to {self.high}"


@dataclass(frozen=True)
class Switch:
    """On or off.

    >>> Switch()("True")
    True
    """

    def __call__(self, text: str) -> bool:
        if text.lower() not in ("0", "1", "false", "true"):
            raise ValueError(f"{text!r} is not {self}")
        return text.lower() in ("1", "true")

    def __str__(self) -> str:
        return "0, 1, false or true"


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def __call__(self, text: str) -> str:
        if text not in self.words:
            raise ValueError(f"{text!r} is not {self}")
        return text

    def __str__(self) -> str:
        return " or ".join(self.words)


@dataclass(frozen=True)
class Text:
    """Any text; `what` it is."""

    what: str

    def __call__(self, text: str) -> str:
        return text

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True)
class File:
    """A file that can be read."""

    def __call__(self, text: str) -> str:
        if not (Path(text).is_file() and os.access(text, os.R_OK)):
            raise ValueError(f"{text!r} is not {self}")
        return text

    def __str__(self) -> str:
        return "a file that can be read"


@dataclass(frozen=True)
class Folder:
    """A folder, which may be there or not yet."""

    def __call__(self, text: str) -> str:
        if Path(text).exists() and not Path(text).is_dir():
            raise ValueError(f"{text!r} is not {self}")
        return text

    def __str__(self) -> str:
        return "a folder"


@dataclass(frozen=True)
class Command:
    """A program that is installed, with arguments or not."""

    def __call__(self, text: str) -> str:
        try:
            words = shlex.split(text)
        except ValueError:  # quotation marks
            words = []
        if not words or not shutil.which(words[0]):
            raise ValueError(f"{text!r} is not {self}")
        return text

    def __str__(self) -> str:
        return "a command that is installed"


EMBEDDED: Final = "model"
"""What stands for an address where scripts want one to be named, and the embedded model is meant."""


@dataclass(frozen=True)
class Addresses:
    """IPv4 addresses with commas between them, each alone or as address:data port:reset port; none for the embedded model.

    >>> Addresses()("127.0.0.1, 127.0.0.2:5000:5001,"), Addresses()("model")
    (['127.0.0.1', '127.0.0.2:5000:5001'], [])
    """

    def __call__(self, text: str) -> list[str]:
        if text.strip() == EMBEDDED:
            return []
        found = [part.strip() for part in text.split(",") if part.strip()]
        for part in found:
            address_and_ports(part)
        return found

    def __str__(self) -> str:
        return "addresses, comma separated"


def address_and_ports(text: str) -> tuple[str, tuple[int, int] | None]:
    """The address and, if they are given, (data port, reset port) of "address" or "address:data port:reset port". ValueError."""
    ip, *ports = text.split(":")
    try:
        IPv4Address(ip)
        numbers = [Whole(PORTS[0], PORTS[-1])(port) for port in ports]
    except (AddressValueError, ValueError):
        numbers = [0]
    if len(numbers) not in (0, 2):
        raise ValueError(f"{text!r} is neither an IPv4 address nor 'address:data port:reset port' with ports up to {PORTS[-1]}")
    return ip, (numbers[0], numbers[1]) if numbers else None


# ------------------------------------------------------------------------------------------------------------ the table
@dataclass(frozen=True)
class Variable:
    """One variable. `default` is what counts when it is not set or empty, `shown` how the documents say so."""

    name: str
    of: str
    meaning: str
    values: Callable[[str], Any]
    default: Any = None
    shown: str = ""


SERIALS: Final = Whole(0, 2**32 - 1)
SEEDS: Final = Whole(0, 2**64 - 1)
MODES: Final = Choice(("typical", "ideal"))
SETUPS: Final = Choice(("cube", "jboa"))

TABLE: Final = {
    variable.name: variable
    for variable in (
        Variable(
            "HICANNX_CHIP",
            "virtual chips",
            "serial number: whose fixed pattern the circuits have; of several, one FPGA each",
            Listed(SERIALS),
            (0,),
            "0",
        ),
        Variable("HICANNX_MODE", "virtual chips", "ideal: circuits without fixed pattern and noise", MODES, "typical", "typical"),
        Variable("HICANNX_SEED", "virtual chips", "seed of the trial noise", SEEDS, 0, "0"),
        Variable("HICANNX_STRICT", "virtual chips", "accesses that cannot be served faithfully are errors", Switch(), False, "0"),
        Variable("HICANNX_SETUP", "virtual chips", "what is around the chip", SETUPS, "cube", "cube"),
        Variable("HICANNX_EXPLAIN", "runs", "0: no warning after a run that attempts something in vain", Switch(), True, "1"),
        Variable(
            "HICANNX_RUN_TIMEOUT",
            "runs",
            "seconds until a run is given up with a RunTimeoutError, 0: never",
            Seconds(31_536_000),
            None,
            "600 over UDP; an embedded run ends by itself",
        ),
        Variable(
            "HICANNX_CALIBRATIONS",
            "calibrations",
            "the folder they are kept in",
            Folder(),
            None,
            "hicannx/calibrations in XDG_DATA_HOME, else in ~/.local/share",
        ),
        Variable("HICANNX_HWDB", "hardware database", "the YAML file that knows the FPGAs", File()),
        Variable("SLURM_HWDB_YAML", "hardware database", "the same as text; of both, the path counts", Text("YAML text")),
        Variable("HICANNX_PPU_CC", "programs of the PPUs", "the compiler", Command(), None, "a GCC for PowerPC with a usual name"),
        Variable(
            "HICANNX_PPU_CACHE",
            "programs of the PPUs",
            "folder of compiled plasticity rules",
            Folder(),
            None,
            "hicannx/ppu in the user's cache",
        ),
        Variable("HXCOMM_ENABLE_ZERO_MOCK", "choice of the connection", "nothing behind it: every read gives 0", Switch(), False, "0"),
        Variable("QUIGGELDY_ENABLED", "choice of the connection", "a setup shared with other users", Switch(), False, "0"),
        Variable("QUIGGELDY_IP", "shared setups", "address of the service", Text("an address")),
        Variable("QUIGGELDY_PORT", "shared setups", "port of the service", Whole(0, PORTS[-1])),
        Variable("QUIGGELDY_TOKEN", "shared setups", "what lets one in there", Text("a token")),
        Variable("QUIGGELDY_USER_NO_MUNGE", "shared setups", "name to be seen there", Text("a name")),
        Variable(
            "SLURM_FPGA_IPS",
            "choice of the connection",
            "FPGAs over UDP, address or address:data port:reset port; model: the embedded one",
            Addresses(),
            (),
        ),
        Variable("FLANGE_SIMULATION_RCF_PORT", "choice of the connection", "a register-transfer simulation", Whole(0, PORTS[-1])),
    )
}
"""Every variable that is read at run time, by name."""

OF_BUILD_AND_TESTS: Final = frozenset(
    {"HICANNX_BUILD", "HICANNX_SANITIZE", "HICANNX_STREAMS", "HICANNX_FUZZ_WORDS", "HICANNX_DIFFERENTIAL"}
)
"""Variables that matter when this project is built or tested."""

_told: set[str] = set()


def setting(environ: Mapping[str, str], name: str) -> Any:
    """The value of a variable of the table; SettingError if it says something that it must not."""
    variable, text = TABLE[name], environ.get(name, "").strip()
    if not text:
        return variable.default
    try:
        return variable.values(text)
    except ValueError as error:
        raise SettingError(f"{name}: {error}") from None


def serial_setting(environ: Mapping[str, str]) -> int:
    """The one chip of HICANNX_CHIP; SettingError if there are several."""
    serials: tuple[int, ...] = setting(environ, "HICANNX_CHIP")
    if len(serials) > 1:
        raise SettingError(f"HICANNX_CHIP: {', '.join(map(str, serials))} are several chips, and one is needed here")
    return serials[0]


def unknown(environ: Mapping[str, str]) -> dict[str, str]:
    """{variable of ours that nobody reads: what to do}. One with a beginning like ours is ours if the rest is a name of ours."""
    known = {name.removeprefix(PREFIX): name for name in TABLE if name.startswith(PREFIX)}
    found = {}
    for name in sorted(name for name in environ if LIKE_OURS.match(name) and name not in TABLE and name not in OF_BUILD_AND_TESTS):
        near = difflib.get_close_matches(LIKE_OURS.sub("", name).upper(), known, 1)
        advice = f"is {known[near[0]]} meant?" if near else f"there are {', '.join(known.values())}."
        if near or name.startswith(PREFIX):
            found[name] = f"{name} is not known and has no effect; {advice}"
    return found


def require_known(environ: Mapping[str, str]) -> None:
    """Warns, once for each, of variables of ours that nobody reads; SettingError if HICANNX_STRICT is on."""
    for name, text in unknown(environ).items():
        if setting(environ, "HICANNX_STRICT"):
            raise SettingError(f"{text} (an error because of HICANNX_STRICT)")
        if name not in _told:
            _told.add(name)
            _log.warning("%s", text)
