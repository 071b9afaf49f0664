"""What client and service say to each other: one frame per message, MessagePack of the structures below.

Words are uint64, little endian. A frame that is none of them is a MessageError; nothing in a frame is ever executed but words, by a chip.
"""

from typing import Annotated, Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from fisch.errors import FischError

VERSION: Final = 2
WORD = np.dtype("<u8")
LONGEST_FRAME: Final = 64 << 20
"""Bytes of a frame that a service takes."""
MOST_CHIPS: Final = 64
"""Of a session: no setup of several FPGAs is larger."""


class MessageError(FischError, ValueError):
    """A frame that is no message of this protocol."""


class Message(msgspec.Struct, tag=True, forbid_unknown_fields=True):
    """Base of all messages."""


# ------------------------------------------------------------------------------------------------------------------------- to the service
class Hello(Message):
    """The first message: who wants what. `session` is a name of the client's choice, by which it comes back after a lost connection.

    serials, mode, seed, strict, setup: the virtual chips, as for an embedded connection: several are one jBOA setup. Ignored where chips
    are shared.
    """

    version: int
    user: str
    session: str
    serials: Annotated[list[int], msgspec.Meta(min_length=1, max_length=MOST_CHIPS)] = msgspec.field(default_factory=lambda: [0])
    mode: str = "typical"
    seed: int = 0
    strict: bool = False
    setup: str = "cube"


Number = Annotated[int, msgspec.Meta(ge=0, lt=1 << 48)]
"""Of a program, or of an entry of the reinit stack; negative ones are the service's."""


class Submit(Message):
    """A program for each chip, closed by its halt; empty for chips that only live along. A number that was submitted before is not run
    again: its result is sent again."""

    number: Number
    programs: list[bytes]


class Cancel(Message):
    """The client does not wait for this one any more."""

    number: Number


class Reinit(Message):
    """An entry of the stack of programs that restore shared chips, one for each chip; without requests, the entry is taken away. Snapshots
    run before somebody else gets the chips; what they read replaces the requests."""

    entry: Number
    requests: list[bytes]
    enforce: bool = False
    snapshots: list[bytes] = []


class Bye(Message):
    """The session ends, and its chip with it."""


# ----------------------------------------------------------------------------------------------------------------------- from the service
class Welcome(Message):
    """What the session got: names of its chips and what the hardware database says of the setup of each."""

    identifiers: list[str]
    setups: list[dict[str, Any]]
    bitfiles: list[str]
    software: str
    known: bool
    """Whether the session was there before: its chip is as it was left."""


class Queued(Message):
    """A program waits: programs of other users before it."""

    number: int
    position: int


class Done(Message):
    """Responses of the programs, by chip, and seconds that the chips' process computed."""

    number: int
    responses: list[bytes]
    seconds: float


class Failed(Message):
    """A program, or the session (number -1), failed: `kind` is the name of an error, `text` what it says."""

    number: int
    kind: str
    text: str


Request = Hello | Submit | Cancel | Reinit | Bye
Reply = Welcome | Queued | Done | Failed

_requests = msgspec.msgpack.Decoder(Request)
_replies = msgspec.msgpack.Decoder(Reply)


def encode(message: Message) -> bytes:
    """The frame of a message."""
    return msgspec.msgpack.encode(message)


def request(frame: bytes) -> Request:
    """A message to the service. Raises MessageError."""
    return _decoded(_requests, frame)  # type: ignore[no-any-return]


def reply(frame: bytes) -> Reply:
    """A message from the service. Raises MessageError."""
    return _decoded(_replies, frame)  # type: ignore[no-any-return]


def _decoded(decoder: Any, frame: Any) -> Any:
    if not isinstance(frame, bytes):
        raise MessageError("a frame of text; messages are binary")
    try:
        return decoder.decode(frame)
    except msgspec.DecodeError as error:
        raise MessageError(f"a frame of {len(frame)} bytes is no message: {error}") from None


def to_bytes(words: NDArray[np.uint64]) -> bytes:
    """Words as they travel."""
    return words.astype(WORD, copy=False).tobytes()


def to_words(data: bytes) -> NDArray[np.uint64]:
    """Words that travelled. Raises MessageError for bytes left over."""
    if len(data) % WORD.itemsize:
        raise MessageError(f"{len(data)} bytes are no whole number of words")
    return np.frombuffer(data, WORD).astype(np.uint64, copy=False)
