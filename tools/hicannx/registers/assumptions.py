"""Pages about trust: the accuracy class of every register, and every number that the model rests on with its source."""

from collections.abc import Iterator, Mapping
from typing import Any

import haldls
from hicannx.registers.blocks import blocks, page_of
from hicannx.registers.markdown import anchor, code, link, table
from hicannx.trust import accuracy
from hicannx_sim.base.numbers import CHIP, CIRCUITS, FPGA, PPU, TABLE, Number
from hicannx_sim.base.register_table import Accuracy
from hicannx_sim.fpga.table import REGISTERS
from hicannx_sim.trust.accuracy import rows_of

CLASSES = {
    Accuracy.EXACT: "behaves as the hardware",
    Accuracy.BEHAVIOURAL: f"does what the hardware does; timing and numbers within the {link('assumptions', 'assumptions.md')}",
    Accuracy.STORED: "keeps its value, has no effect",
    Accuracy.UNMODELLED: "exists on the hardware, does nothing here; an error in strict mode",
}


def accuracy_page() -> str:
    """The accuracy class of every register."""
    classes = table(("class", "meaning"), [(f"**{one.name.lower()}**", text) for one, text in CLASSES.items()])
    rows = [_rating(page_of(module), container) for module, containers in blocks().items() for container in containers]
    others = [row for row in REGISTERS if row.name not in with_container()]
    bare = [(row.name, f"{row.address:#010x}", row.accuracy.name.lower(), row.meaning) for row in others]
    return (
        "# Accuracy\n\nHow far each register can be trusted. At run time: `hicannx accuracy NAME`, in Python `hicannx.accuracy(...)`.\n\n"
        f"{classes}"
        f"\n## Registers with a container\n\n{table(('register', 'class', 'note'), rows)}"
        f"\n## Registers of the FPGA without one\n\n{table(('register', 'address', 'class', 'meaning'), bare)}"
    )


def _rating(page: str, container: Any) -> tuple[str, str, str]:
    name, trust = container.__name__, accuracy(container)
    return link(code(name), f"registers/{page}#{anchor(name)}"), trust.accuracy.name.lower(), trust.note


def with_container() -> set[str]:
    """Names of the rows of the FPGA's table that some container accesses."""
    fpga = [one for one in haldls.containers if one.backends == ("Omnibus",) and accuracy(one).accuracy is not Accuracy.UNMODELLED]
    return {row.name for container in fpga for row in rows_of(container)}


def assumptions_page() -> str:
    """Every physical number, latency and rate of the model, with its source and certainty."""
    return (
        "# Assumptions\n\nThe numbers that the model rests on, each with its origin: `measured` or stated by the makers of the system,"
        " `derived` from such numbers, or `assumed`: our choice, which nothing public contradicts. Sources are sections of the"
        f" {link('facts', 'facts/README.md')} that the model was built from.\n\n"
        f"{''.join(_counted())}\n## Circuits\n\n{_listed(CIRCUITS)}\n## Timing of the chip\n\nTicks are 2 ns.\n\n{_listed(CHIP)}"
        f"\n## Cores of the PPUs\n\nCycles are 4 ns.\n\n{_listed(PPU)}"
        f"\n## Timing of FPGA and link\n\n{_listed(FPGA)}"
    )


def _listed(numbers: Mapping[str, Number]) -> str:
    sources = {name: f"{one.meaning}: {one.source}" if one.meaning else one.source for name, one in numbers.items()}
    rows = [(code(name), f"{one.value:g}", one.unit, one.certainty.value, sources[name]) for name, one in numbers.items()]
    return table(("name", "value", "unit", "certainty", "source"), rows)


def _counted() -> Iterator[str]:
    certainties = [one.certainty.value for one in TABLE.values()]
    kinds = sorted(set(certainties))
    yield "Of " + str(len(certainties)) + " numbers " + ", ".join(f"{certainties.count(kind)} are {kind}" for kind in kinds) + ".\n"
