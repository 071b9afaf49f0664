"""Programs that write back what others have read: how the state of a shared chip is kept when it is handed to somebody else."""

import numpy as np

from fisch import ut
from fisch.connection import Words
from fisch.decoder import ResponseDecoder
from fisch.errors import ProgramError

_OF = {(message.group, message.name): np.uint64(message.header << 56) for message in ut.TO_FPGA}
_ADDRESS, _DATA = _OF["omnibus_to_fpga", "Address"], _OF["omnibus_to_fpga", "Data"]
_SCAN, _KEEP = _OF["to_fpga_jtag", "Data"], np.uint64(1 << 48)
_READ, _BYTES = np.uint64(1 << 36), np.uint64(0xF << 32)
_PLACE, _HEADER = np.uint64(0xFFFFFFFF), np.uint64(0xFF << 56)


def reads_of(program: Words) -> Words:
    """Addresses that a program (uint64[n]) reads over the omnibus, uint64[m]. Raises ProgramError for reads of another kind."""
    if (((program & _HEADER) == _SCAN) & (program & _KEEP != 0)).any():
        raise ProgramError("a snapshot reads registers over the omnibus; what it scans over JTAG cannot be written back")
    places: Words = program[((program & _HEADER) == _ADDRESS) & (program & _READ != 0)] & _PLACE
    return places


def writes_of(program: Words, responses: Words) -> Words:
    """Words that write what a program has read to where it was read, without a halt; `responses` are its responses.

    Raises ProgramError if not all reads were answered.
    """
    places, decoder = reads_of(program), ResponseDecoder()
    decoder.push(responses)
    data = decoder.omnibus["data"].astype(np.uint64)
    if len(data) != len(places):
        raise ProgramError(f"{len(data)} of {len(places)} reads of a snapshot were answered")
    return np.stack([_ADDRESS | _BYTES | places, _DATA | data], axis=1).reshape(-1)
