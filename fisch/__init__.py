"""Words on the wire: message formats, access sequences and connections."""

from fisch._codec import (
    ResponseDecoder,
    ResponseWriter,
    WordBuffer,
    decode_to_fpga,
    encode_omnibus_reads,
    encode_omnibus_writes,
    encode_to_fpga,
)
from fisch.errors import AccessError, ConnectionFailedError, FischError, InvalidDataError, ProgramError, WireError

__all__ = [
    "AccessError",
    "ConnectionFailedError",
    "FischError",
    "InvalidDataError",
    "ProgramError",
    "ResponseDecoder",
    "ResponseWriter",
    "WireError",
    "WordBuffer",
    "decode_to_fpga",
    "encode_omnibus_reads",
    "encode_omnibus_writes",
    "encode_to_fpga",
]
