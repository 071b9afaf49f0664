"""Latencies and rates of the FPGA and the link.

The FPGA's design is not public. What software states or measures is marked `measured`; what follows from it `derived`; the rest `assumed`.
Nothing a driver does depends on the assumed numbers, only time stamps do.
"""

from hicannx_sim.base.numbers.entry import Certainty, Number

M, D, A = Certainty.MEASURED, Certainty.DERIVED, Certainty.ASSUMED


FPGA: dict[str, Number] = {
    "instruction": Number(1, "FPGA cycles", "one message per cycle (facts: transport 2.1)", M),
    "instruction_timeout": Number(1_250_000, "FPGA cycles", "software default taken for the reset value (facts: transport 2.4)", A),
    "i2c_prescaler": Number(313, "FPGA cycles", "of a bit on the I2C bus; what software uses, taken for the reset value", A),
    "poll_period": Number(2, "FPGA cycles", "added to the round trip between two polling reads (facts: transport 2.3, unknown)", A),
    "fpga_write": Number(4, "FPGA cycles", "write response of a register on the FPGA", A),
    "fpga_read": Number(8, "FPGA cycles", "round trip of a read of a register on the FPGA", A),
    "chip_request": Number(75, "ticks", "omnibus request to the chip, half of a 300 ns round trip (facts: analog_model 13)", A),
    "chip_response": Number(75, "ticks", "omnibus response from the chip, the other half", A),
    "chip_word_interval": Number(8, "ticks", "spacing of omnibus accesses with 5 or more PHYs up: 2 cycles each (facts: transport 2.1)", A),
    "saturating_phys": Number(5, "PHYs", "throughput grows with the number of PHYs up to here (facts: registers/behaviour, PerfTest)", M),
    "event_to_chip": Number(
        95, "ticks", "label from the FPGA to the crossbar: 250 ns to the synapse less the chip's 60 ns (facts: analog_model 13)", A
    ),
    "event_interval": Number(2, "ticks", "spacing of labels on the link: 250 M events/s (facts: analog_model 12)", A),
    "event_queue": Number(256, "events", "labels waiting for the link before they are dropped", A),
    "event_from_chip": Number(
        75, "ticks", "from the chip's time stamp to the FPGA: 250 ns from the neuron less the chip's 100 ns (facts: analog_model 13)", A
    ),
    "event_from_chip_queue": Number(
        160, "events", "events waiting on the chip for the link before they are dropped; as many as still arrive in time", A
    ),
    "event_fifo": Number(64, "events", "events of a kind waiting for the trace before they are dropped (facts: transport 2.7, unknown)", A),
    "event_deadline": Number(127, "FPGA cycles", "an event's 8-bit stamp is ambiguous beyond (facts: transport 2.5)", D),
    "reads_in_flight": Number(52, "reads", "bound that host software accepts (facts: transport 1.3)", M),
    "stall_window": Number(96, "FPGA cycles", "in which a time-out counts stalls of the trace (facts: transport 2.4)", M),
    "arq_repeat": Number(250, "FPGA cycles", "delay of the omnibus by one repeated packet", A),
    "playback_memory": Number(4_194_304, "messages", "instructions that wait for their execution (facts: transport 2.7)", M),
    "trace_memory": Number(33_554_432, "bytes", "responses that wait for the host (facts: transport 2.7)", M),
    "stream_limit": Number(1 << 30, "bytes", "responses of a run that nobody has taken, before it is given up: the host's memory", A),
    "spike_io_taken": Number(1 << 20, "frames", "sent over the serial line that are kept until somebody takes them", A),
    "spike_io_frame": Number(10, "bits", "start bit, 8 bits of address, stop bit", A),
    "spike_io_queue": Number(16, "events", "frames waiting for the serial line before they are dropped", A),
    "network_hop": Number(100, "FPGA cycles", "from FPGA to FPGA; chip to chip takes less than 1.3 us (facts: transport 9)", A),
    "network_up": Number(50, "FPGA cycles", "the first half of it, from the FPGA to the node between the FPGAs", A),
    "network_queue": Number(256, "spikes", "waiting for a line to or from the node, one per cycle, before they are dropped", A),
    "network_refractory": Number(125, "FPGA cycles", "between two releases of barriers between FPGAs (facts: clients/multichip 4)", A),
    "systime_sync": Number(250, "FPGA cycles", "duration of a system time sync, below the 5 us software allows (facts: transport 2.6)", A),
    "jtag_queue": Number(32, "messages", "JTAG messages waiting for the engine before it holds back the program", A),
    "jtag_select_states": Number(6, "TCK", "TAP states beside the shifts of an instruction scan (facts: transport 2.9)", A),
    "jtag_scan_states": Number(6, "TCK", "TAP states beside the shifts of a data scan (facts: transport 2.9)", A),
    "jtag_reset_states": Number(6, "TCK", "five cycles to test-logic-reset, one to idle", A),
    "spi_byte": Number(128, "FPGA cycles", "one byte on the SPI bus at 7.8 MHz", A),
    "loopback": Number(1, "FPGA cycles", "echo of a loopback instruction", A),
    "perf_test_word": Number(62, "FPGA cycles", "5 words of 59 bits per PHY: 595 Mbit/s (facts: registers/behaviour, PerfTest)", D),
}
