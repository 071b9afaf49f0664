"""Errors of the model. Every one is a `SimError`, which is a RuntimeError, as users of the real system catch it."""


class SimError(RuntimeError):
    """Base of all errors raised by the model."""


class ProtocolError(SimError):
    """A word to the FPGA that no driver sends: unknown header, or data without an address.

    `instruction` is the position of the word in the run.
    """

    def __init__(self, text: str, instruction: int, word: int) -> None:
        super().__init__(f"{text}: instruction {instruction} of the run, word {word:#018x}")
        self.instruction = instruction
        self.word = word


class InterruptedRunError(SimError):
    """A run was ended from outside before its HALT."""


class OutOfMemoryError(SimError, MemoryError):
    """This machine has no memory for what the model would have to keep; the run has ended. Shorter runs, or fewer events, need less."""


class StreamLimitError(SimError):
    """A run has answered more than a host could keep; it has ended.

    `n_bytes` of its stream nobody has taken yet. Record fewer events (see EventRecordingConfig), make the run shorter, or
    take its stream in pieces (`System.feed`).
    """

    def __init__(self, n_bytes: int, instruction: int) -> None:
        super().__init__(
            f"the responses of this run fill {n_bytes} bytes at instruction {instruction}:"
            " record fewer events, make it shorter or take it in pieces"
        )
        self.n_bytes = n_bytes
        self.instruction = instruction


class AccessError(SimError):
    """An access the model cannot serve faithfully; raised in strict mode only.

    `address` is the omnibus word address (bit 31 set: FPGA), `instruction` the position in the run or -1 if it came from within the chip.
    """

    problem = "access cannot be served"

    def __init__(self, address: int, instruction: int = -1, is_read: bool = False) -> None:
        where = f"instruction {instruction} of the run" if instruction >= 0 else "an access from within the chip"
        verb = "read from" if is_read else "write to"
        super().__init__(f"{verb} address {address:#010x}: {self.problem} ({where}). Without strict mode it reads as 0 and is logged.")
        self.address = address
        self.instruction = instruction
        self.is_read = is_read


class UndefinedAccess(AccessError):  # noqa: N818
    """The address belongs to no register."""

    problem = "there is no register at this address"


class UnmodelledAccess(AccessError):  # noqa: N818
    """The register exists on the real system, the model does not implement it."""

    problem = "this register is not modelled"


class ProcessorAccess(SimError):  # noqa: N818
    """A plasticity processor accessed something that is not there or not modelled; raised in strict mode only.

    `fault` says which one, where its program stood and what it wanted, `instruction` where the playback program was.
    """

    def __init__(self, fault: object, instruction: int) -> None:
        super().__init__(f"{fault} (while instruction {instruction} of the run was executed). Without strict mode it is only reported.")
        self.fault = fault
        self.instruction = instruction


class UnmodelledScan(SimError):  # noqa: N818
    """A JTAG scan of an instruction that has no data register in the model; raised in strict mode only.

    `jtag_instruction` is the content of the instruction register, `instruction` the position in the run at which the scan ended.
    """

    def __init__(self, jtag_instruction: int, instruction: int) -> None:
        what = f"a JTAG scan with {jtag_instruction:#04x} in the instruction register"
        super().__init__(
            f"{what}: its data register is not modelled (instruction {instruction} of the run). Without strict mode it acts as BYPASS."
        )
        self.jtag_instruction = jtag_instruction
        self.instruction = instruction


class UnmodelledSetting(SimError):  # noqa: N818
    """A write switches something on that has no effect in the model; raised in strict mode only.

    `place` and `feature` say which field of which coordinate, `address` and `instruction` where the write went and came from.
    """

    def __init__(self, place: str, feature: str, why: str, address: int, instruction: int = -1) -> None:
        where = f"instruction {instruction} of the run" if instruction >= 0 else "an access from within the chip"
        what = f"{feature} of {place} is set by a write to {address:#010x} ({where})"
        super().__init__(f"{what}: {why}. Without strict mode it is only reported.")
        self.place = place
        self.feature = feature
        self.address = address
        self.instruction = instruction


class ConfigurationError(SimError, ValueError):
    """The model cannot be set up as asked: serial number, mode or seed out of range."""


class SnapshotError(SimError, ValueError):
    """A snapshot cannot be restored: damaged, of another version, or of another kind of system."""

    def __init__(self, text: str) -> None:
        super().__init__(f"snapshot: {text}")
