"""The FPGA's SPI master: bytes written to device a until the one with the stop bit form a transfer.

Accuracy: behavioural. (facts: transport 3.1, SPI master)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

STOP: Final = 1 << 31

Transfer = Callable[[bytes], None]
"""What a device does with a finished transfer."""


@dataclass(slots=True)
class SPIMaster:
    """`devices`: device number -> receiver. Bytes to a number without device are lost and counted in `lost`."""

    devices: Mapping[int, Transfer]
    open_transfers: dict[int, bytearray] = field(default_factory=dict)
    lost: int = 0

    def reset(self) -> None:
        """Drops unfinished transfers."""
        self.open_transfers.clear()

    def write(self, device: int, word: int) -> None:
        """One omnibus word: the byte in [7:0], bit 31 closes the transfer."""
        transfer = self.open_transfers.setdefault(device, bytearray())
        transfer.append(word & 0xFF)
        if word & STOP:
            self._finish(device, bytes(self.open_transfers.pop(device)))

    def _finish(self, device: int, data: bytes) -> None:
        receiver = self.devices.get(device)
        if receiver is None:
            self.lost += len(data)
        else:
            receiver(data)
