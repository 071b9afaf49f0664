"""Every latency and rate of the FPGA and the link, once, with its source and how sure it is.

The FPGA's design is not public. What software states or measures is marked `stated`; what follows from it `derived`; the rest `assumed`.
Nothing a driver does depends on the assumed numbers, only time stamps do.
"""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Timing:
    """`value` in `unit`, what it is for, where it comes from."""

    value: int
    unit: Literal["FPGA cycles", "ticks", "events", "messages", "words", "reads", "TCK", "PHYs", "bits", "bytes"]
    certainty: Literal["stated", "derived", "assumed"]
    source: str


TIMING: Final[dict[str, Timing]] = {
    "instruction": Timing(1, "FPGA cycles", "stated", "one message per cycle (facts: transport 2.1)"),
    "instruction_timeout": Timing(1_250_000, "FPGA cycles", "assumed", "software default taken for the reset value (facts: transport 2.4)"),
    "poll_period": Timing(2, "FPGA cycles", "assumed", "added to the round trip between two polling reads (facts: transport 2.3, unknown)"),
    "fpga_write": Timing(4, "FPGA cycles", "assumed", "write response of a register on the FPGA"),
    "fpga_read": Timing(8, "FPGA cycles", "assumed", "round trip of a read of a register on the FPGA"),
    "chip_request": Timing(75, "ticks", "assumed", "omnibus request to the chip, half of a 300 ns round trip (facts: analog_model 13)"),
    "chip_response": Timing(75, "ticks", "assumed", "omnibus response from the chip, the other half"),
    "chip_word_interval": Timing(
        8, "ticks", "assumed", "spacing of omnibus accesses with 5 or more PHYs up: 2 cycles each (facts: transport 2.1)"
    ),
    "saturating_phys": Timing(
        5, "PHYs", "stated", "throughput grows with the number of PHYs up to here (facts: registers/behaviour, PerfTest)"
    ),
    "event_to_chip": Timing(
        95, "ticks", "assumed", "label from the FPGA to the crossbar: 250 ns to the synapse less the chip's 60 ns (facts: analog_model 13)"
    ),
    "event_interval": Timing(2, "ticks", "assumed", "spacing of labels on the link: 250 M events/s (facts: analog_model 12)"),
    "event_queue": Timing(256, "events", "assumed", "labels waiting for the link before they are dropped"),
    "event_from_chip": Timing(
        75,
        "ticks",
        "assumed",
        "from the chip's time stamp to the FPGA: 250 ns from the neuron less the chip's 100 ns (facts: analog_model 13)",
    ),
    "event_from_chip_queue": Timing(
        192, "events", "assumed", "events waiting on the chip for the link before they are dropped; as many as still arrive in time"
    ),
    "event_fifo": Timing(
        64, "events", "assumed", "events of a kind waiting for the trace before they are dropped (facts: transport 2.7, unknown)"
    ),
    "event_deadline": Timing(127, "FPGA cycles", "derived", "an event's 8-bit stamp is ambiguous beyond (facts: transport 2.5)"),
    "reads_in_flight": Timing(52, "reads", "stated", "bound that host software accepts (facts: transport 1.3)"),
    "stall_window": Timing(96, "FPGA cycles", "stated", "in which a time-out counts stalls of the trace (facts: transport 2.4)"),
    "arq_repeat": Timing(250, "FPGA cycles", "assumed", "delay of the omnibus by one repeated packet"),
    "playback_memory": Timing(4_194_304, "messages", "stated", "instructions that wait for their execution (facts: transport 2.7)"),
    "trace_memory": Timing(33_554_432, "bytes", "stated", "responses that wait for the host (facts: transport 2.7)"),
    "spike_io_frame": Timing(10, "bits", "assumed", "start bit, 8 bits of address, stop bit"),
    "spike_io_queue": Timing(16, "events", "assumed", "frames waiting for the serial line before they are dropped"),
    "network_hop": Timing(100, "FPGA cycles", "assumed", "from FPGA to FPGA; chip to chip takes less than 1.3 us (facts: transport 9)"),
    "systime_sync": Timing(
        250, "FPGA cycles", "assumed", "duration of a system time sync, below the 5 us software allows (facts: transport 2.6)"
    ),
    "jtag_queue": Timing(32, "messages", "assumed", "JTAG messages waiting for the engine before it holds back the program"),
    "jtag_select_states": Timing(6, "TCK", "assumed", "TAP states beside the shifts of an instruction scan (facts: transport 2.9)"),
    "jtag_scan_states": Timing(6, "TCK", "assumed", "TAP states beside the shifts of a data scan (facts: transport 2.9)"),
    "jtag_reset_states": Timing(6, "TCK", "assumed", "five cycles to test-logic-reset, one to idle"),
    "spi_byte": Timing(128, "FPGA cycles", "assumed", "one byte on the SPI bus at 7.8 MHz"),
    "loopback": Timing(1, "FPGA cycles", "assumed", "echo of a loopback instruction"),
    "perf_test_word": Timing(62, "FPGA cycles", "derived", "5 words of 59 bits per PHY: 595 Mbit/s (facts: registers/behaviour, PerfTest)"),
}


def value(name: str) -> int:
    """The number called `name`."""
    return TIMING[name].value
