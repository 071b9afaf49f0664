"""The page of the FPGA's registers and memories as the model has them, with or without a container."""

from hicannx.registers.assumptions import with_container
from hicannx.registers.markdown import code, sentence, table
from hicannx_sim.fpga.table import REGISTERS, Register

HEAD = ("register", "address", "bits", "access", "reset", "class", "meaning", "container")


def page() -> str:
    """The page."""
    known = with_container()
    rows = [(*_columns(row), "yes" if row.name in known else "no") for row in REGISTERS]
    return (
        "# FPGA\n\nAll registers and memories of the FPGA, in 32-bit words; several of a kind stand at the given stride. Reset values are"
        " those that software relies on, or the model's.\n\n" + table(HEAD, rows)
    )


def _columns(row: Register) -> tuple[str, ...]:
    places = row.addresses()
    where = f"{row.address:#010x}" if row.count == 1 else f"{row.address:#010x} ... {places[-1]:#010x}, {row.count} every {row.stride}"
    reset = f"{row.reset:#x}" if "w" in row.access and "r" in row.access and not row.volatile else ""
    return row.name, code(where), str(row.width), row.access, reset, row.accuracy.name.lower(), sentence(row.meaning)
