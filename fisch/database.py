"""The hardware database: which setups exist, in the original's YAML format. (facts: transport 7)

One document per setup. They come from a path that is given, else from the file named by HICANNX_HWDB, else from the YAML text in
SLURM_HWDB_YAML, else from the list of virtual chips that comes with this package. Documents of older systems are skipped.
"""

import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
import yaml

from fisch.errors import HwdbError
from fisch.hwdb import HXCubeFPGAEntry, HXCubeSetupEntry, HXCubeWingEntry, JboaAggregatorEntry, JboaSetupEntry, SynramTiming

PATH_VARIABLE: Final = "HICANNX_HWDB"
TEXT_VARIABLE: Final = "SLURM_HWDB_YAML"
VIRTUAL_CHIPS: Final = Path(__file__).with_name("virtual_chips.yaml")
"""Virtual chips as they are served by default: chip n at 127.0.0.(n+1)."""

LARGEST: Final = 1 << 24
"""Characters that a hardware database may have; that of the largest site has some 10 000."""

_MOST_KEYS: Final = 11
_WING_DETAILS: Final = ("eeprom_chip_serial", "synram_timing_pcconf", "synram_timing_wconf")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_log = logging.getLogger("fisch.database")

Setup = HXCubeSetupEntry | JboaSetupEntry
T = TypeVar("T")


_Word = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
"""A number of 32 bits."""


class _FPGA(msgspec.Struct):
    fpga: _Word
    ip: str
    ci_test_node: bool = False
    fuse_dna: int | None = None
    handwritten_chip_serial: _Word | None = None
    chip_revision: _Word | None = None
    eeprom_chip_serial: _Word | None = None
    synram_timing_pcconf: SynramTiming | None = None
    synram_timing_wconf: SynramTiming | None = None

    def entry(self) -> HXCubeFPGAEntry:
        return HXCubeFPGAEntry(self.ip, self._wing(), self.fuse_dna, self.ci_test_node)

    def _wing(self) -> HXCubeWingEntry | None:
        details = {name: getattr(self, name) for name in _WING_DETAILS}
        if (self.handwritten_chip_serial is None) != (self.chip_revision is None):
            raise HwdbError(f"FPGA {self.fpga}: handwritten_chip_serial and chip_revision need each other")
        if self.handwritten_chip_serial is None or self.chip_revision is None:
            if any(value is not None for value in details.values()):
                raise HwdbError(f"FPGA {self.fpga}: {', '.join(_WING_DETAILS)} need handwritten_chip_serial and chip_revision")
            return None
        return HXCubeWingEntry(self.handwritten_chip_serial, self.chip_revision, **details)


class _Aggregator(msgspec.Struct):
    aggregator: _Word
    ip: str
    ci_test_node: bool = False


class _Document(msgspec.Struct):
    hxcube_id: _Word | None = None
    jboa_id: _Word | None = None
    fpgas: list[_FPGA] = []
    aggregators: list[_Aggregator] = []
    usb_host: str | None = None
    usb_serial: str | None = None
    xilinx_hw_server: str | None = None

    def entry(self) -> Setup:
        if self.hxcube_id is not None and self.jboa_id is not None:
            raise HwdbError(f"it has both hxcube_id {self.hxcube_id} and jboa_id {self.jboa_id}")
        _require_different("fpga", [fpga.fpga for fpga in self.fpgas])
        _require_different("aggregator", [each.aggregator for each in self.aggregators])
        fpgas = {fpga.fpga: fpga.entry() for fpga in self.fpgas}
        usb = {"usb_host": self.usb_host, "usb_serial": self.usb_serial, "xilinx_hw_server": self.xilinx_hw_server}
        if self.jboa_id is None:
            return HXCubeSetupEntry(self.hxcube_id or 0, fpgas, **usb)
        aggregators = {each.aggregator: JboaAggregatorEntry(each.ip, each.ci_test_node) for each in self.aggregators}
        return JboaSetupEntry(self.jboa_id, fpgas, aggregators, **usb)


def _require_different(what: str, numbers: list[int]) -> None:
    number, times = next(iter(Counter(numbers).most_common(1)), (0, 0))
    if times > 1:
        raise HwdbError(f"{what} {number} is there {times} times")


def setup_from(document: Any) -> Setup:
    """The setup that one document (already read from YAML) describes; HwdbError says what is wrong with it and where."""
    try:
        for fpga in document.get("fpgas") or ():
            if len(fpga) > _MOST_KEYS:
                raise HwdbError(f"an FPGA has {len(fpga)} keys, at most {_MOST_KEYS} are known")
        return msgspec.convert(document, _Document).entry()
    except RecursionError:
        raise HwdbError("it is nested too deeply") from None
    except (msgspec.ValidationError, AttributeError, TypeError) as error:
        raise HwdbError(str(error)) from None


def document_of(setup: Setup) -> dict[str, Any]:
    """The document that describes a setup; the reverse of `setup_from`."""
    kind = "hxcube_id" if isinstance(setup, HXCubeSetupEntry) else "jboa_id"
    document: dict[str, Any] = {kind: getattr(setup, kind)}
    document["fpgas"] = [_fpga_document(number, fpga) for number, fpga in sorted(setup.fpgas.items())]
    if isinstance(setup, JboaSetupEntry) and setup.aggregators:
        document["aggregators"] = [
            {"aggregator": number, "ip": each.ip, "ci_test_node": each.ci_test_node} for number, each in sorted(setup.aggregators.items())
        ]
    return document | _given(setup, "usb_host", "usb_serial", "xilinx_hw_server")


def _fpga_document(number: int, fpga: HXCubeFPGAEntry) -> dict[str, Any]:
    document = {"fpga": number, "ip": str(fpga.ip), **({"ci_test_node": True} if fpga.ci_test_node else {}), **_given(fpga, "fuse_dna")}
    if fpga.wing:
        document |= _given(fpga.wing, "handwritten_chip_serial", "chip_revision", *_WING_DETAILS)
    return document


def _given(entry: Any, *names: str) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}
    return {name: [list(row) for row in value] if isinstance(value, tuple) else value for name, value in values.items()}


class Database:
    """Setups by their number; names as in the original (`pyhwdb.database`).

    >>> database = Database()
    >>> database.load(VIRTUAL_CHIPS)
    >>> database.get_hxcube_setup_entry(0).fpgas[0].ip
    '127.0.0.1'
    """

    def __init__(self) -> None:
        self._cubes: dict[int, HXCubeSetupEntry] = {}
        self._jboas: dict[int, JboaSetupEntry] = {}

    @staticmethod
    def get_default_path() -> str:
        """What `load` reads without an argument: HICANNX_HWDB, else the list of virtual chips."""
        return os.environ.get(PATH_VARIABLE) or str(VIRTUAL_CHIPS)

    def load(self, path: str | os.PathLike[str] | None = None) -> None:
        """Reads all setups of a file; HwdbError if it cannot be read or if this database is not empty."""
        path = Path(path or self.get_default_path())
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise HwdbError(f"the hardware database {path} cannot be read: {error}") from None
        self.loads(text, str(path))

    def loads(self, text: str, source: str = "the text") -> None:
        """Reads all setups of a YAML text; `source` names it in errors."""
        if self._cubes or self._jboas:
            raise HwdbError("database has to be empty before loading new file")
        for number, document in enumerate(_documents(text, source), 1):
            try:
                self._add(document)
            except HwdbError as error:
                raise HwdbError(f"document {number} of {source}: {error}") from None

    def _add(self, document: Any) -> None:
        if not isinstance(document, dict) or not {"hxcube_id", "jboa_id"} & set(document):
            return _log.debug("skipped a document that is neither a cube nor a jBOA setup")
        setup = setup_from(document)
        if (setup.hxcube_id in self._cubes) if isinstance(setup, HXCubeSetupEntry) else (setup.jboa_id in self._jboas):
            raise HwdbError("there is a setup of this number before it")
        if isinstance(setup, HXCubeSetupEntry):
            self.add_hxcube_setup_entry(setup.hxcube_id, setup)
        else:
            self.add_jboa_setup_entry(setup.jboa_id, setup)

    def dumps(self) -> str:
        """All setups as YAML text."""
        return str(yaml.safe_dump_all([document_of(setup) for setup in self.setups()], sort_keys=False, explicit_start=True))

    def clear(self) -> None:
        """Forgets all setups."""
        self._cubes.clear()
        self._jboas.clear()

    def setups(self) -> Iterator[Setup]:
        """All setups, cubes first."""
        yield from self._cubes.values()
        yield from self._jboas.values()

    def find(self, ip: str) -> tuple[Setup, int]:
        """(setup, number of the FPGA) at an address; HwdbError if there is none."""
        for setup in self.setups():
            for number, fpga in setup.fpgas.items():
                if str(fpga.ip) == ip:
                    return setup, number
        raise HwdbError(f"Setup not found in hwdb. (no FPGA at {ip})")

    # -- cubes
    def add_hxcube_setup_entry(self, hxcube_id: int, entry: HXCubeSetupEntry) -> None:
        self._cubes[hxcube_id] = entry

    def has_hxcube_setup_entry(self, hxcube_id: int) -> bool:
        return hxcube_id in self._cubes

    def get_hxcube_setup_entry(self, hxcube_id: int) -> HXCubeSetupEntry:
        return _get(self._cubes, hxcube_id, "hxcube")

    def remove_hxcube_setup_entry(self, hxcube_id: int) -> bool:
        """Whether there was one."""
        return self._cubes.pop(hxcube_id, None) is not None

    def get_hxcube_ids(self) -> list[int]:
        return sorted(self._cubes)

    # -- jBOA setups
    def add_jboa_setup_entry(self, jboa_id: int, entry: JboaSetupEntry) -> None:
        self._jboas[jboa_id] = entry

    def has_jboa_setup_entry(self, jboa_id: int) -> bool:
        return jboa_id in self._jboas

    def get_jboa_setup_entry(self, jboa_id: int) -> JboaSetupEntry:
        return _get(self._jboas, jboa_id, "jboa")

    def remove_jboa_setup_entry(self, jboa_id: int) -> bool:
        """Whether there was one."""
        return self._jboas.pop(jboa_id, None) is not None

    def get_jboa_ids(self) -> list[int]:
        return sorted(self._jboas)


def configured(environ: Mapping[str, str]) -> Database | None:
    """The database that the environment names, None if it names none."""
    database = Database()
    if path := environ.get(PATH_VARIABLE):
        database.load(path)
    elif text := environ.get(TEXT_VARIABLE):
        database.loads(text, TEXT_VARIABLE)
    else:
        return None
    return database


def _documents(text: str, source: str) -> list[Any]:
    if len(text) > LARGEST:
        raise HwdbError(f"{source} has {len(text)} characters, a hardware database at most {LARGEST}")
    try:
        return list(yaml.load_all(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise HwdbError(f"{source} is not YAML: {error}") from None
    except RecursionError:
        raise HwdbError(f"{source} is nested too deeply for a hardware database") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # yaml's own readers of numbers, dates, ...
        raise HwdbError(f"{source} has a value that is not what its tag or form says: {error}") from None


def _get(entries: dict[int, T], number: int, kind: str) -> T:
    try:
        return entries[number]
    except KeyError:
        raise HwdbError(f"no {kind} setup {number} in the hardware database, only {sorted(entries)}") from None
