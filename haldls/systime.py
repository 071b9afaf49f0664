"""The time that FPGA and chip share."""

from __future__ import annotations

from halco import (
    FPGASystimeSyncActiveStateOnFPGA,
    FPGASystimeSyncLastAsicSystimeOnFPGA,
    FPGASystimeSyncLastRTTOnFPGA,
    FPGASystimeSyncNumRetriesOnFPGA,
    Linear,
    SystimeSyncBaseOnDLS,
    SystimeSyncOnFPGA,
)
from haldls.container import FPGA, Address, Container
from haldls.fields import Field

__all__ = [
    "FPGASystimeSyncActiveState", "FPGASystimeSyncLastAsicSystime", "FPGASystimeSyncLastRTT", "FPGASystimeSyncNumRetries", "SystimeSync",
    "SystimeSyncBase",
]  # fmt: skip

SYSTIME_MAX = (1 << 43) - 1


class SystimeSyncBase(Container):
    """Time that the chip's clock starts from when it is synchronized."""

    coordinate = SystimeSyncBaseOnDLS
    address = Address(0, words=2)
    constructor = ("value",)

    class Value(Linear, max=SYSTIME_MAX):
        """Cycles of 4 ns."""

    value = Field(Value, "w1[10:0] w0[31:0]", unit="chip cycles of 4 ns", doc="time to start from")


class SystimeSync(Container):
    """Synchronizes the FPGA's time with the chip's over the high-speed link. Without it the responses carry no times."""

    coordinate = SystimeSyncOnFPGA
    backends = ("SystimeSync",)
    write_address = Address(0)
    constructor = ("do_sync",)
    do_sync = Field(bool, "w0[0]", default=True, doc="start the handshake")


class FPGASystimeSyncNumRetries(Container):
    """How often a synchronization is tried again before it counts as failed."""

    coordinate = FPGASystimeSyncNumRetriesOnFPGA
    backends = FPGA
    address = Address(0x88002000)
    constructor = ("value",)

    class Value(Linear, max=15, default=3):
        """Number of repetitions."""

    value = Field(Value, "w0[3:0]", doc="number of repetitions")


class FPGASystimeSyncLastRTT(Container):
    """Time that the last synchronization took to the chip and back."""

    coordinate = FPGASystimeSyncLastRTTOnFPGA
    backends = FPGA
    read_address = Address(0x88002001, words=2)
    constructor = ("value",)

    class Systime(Linear, max=SYSTIME_MAX):
        """Cycles of 4 ns."""

    value = Field(Systime, read="w0[10:0] w1[31:0]", unit="chip cycles of 4 ns", doc="round-trip time")


class FPGASystimeSyncLastAsicSystime(Container):
    """Time that the chip told at the last synchronization."""

    coordinate = FPGASystimeSyncLastAsicSystimeOnFPGA
    backends = FPGA
    read_address = Address(0x88002003, words=2)
    constructor = ("value",)

    class Systime(Linear, max=SYSTIME_MAX):
        """Cycles of 4 ns."""

    value = Field(Systime, read="w0[10:0] w1[31:0]", unit="chip cycles of 4 ns", doc="the chip's time")


class FPGASystimeSyncActiveState(Container):
    """Whether FPGA and chip are synchronized."""

    coordinate = FPGASystimeSyncActiveStateOnFPGA
    backends = FPGA
    read_address = Address(0x88002005)
    constructor = ("active_state",)
    active_state = Field(bool, read="w0[0]", doc="synchronized")
