"""The playback executor through whole programs: responses, their order and times, waiting, failing."""

import signal

import numpy as np
import pytest

from hicannx_sim.base.errors import ProtocolError, SimError, UndefinedAccess
from hicannx_sim.base.numbers import number

TIMER = 0x8800000C
TIMEOUT = 0x88000009
SRAM = 0x80000000
BASE_LOW = 0x0  # system time base on the chip: a plain register
DEFAULT_TIMEOUT = 1_250_000


# ------------------------------------------------------------------------------------------------------------------ SystemInit
def test_system_init_brings_up_link_and_system_time(lab, words):
    answer = lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    assert lab.system.link.up(4 * lab.fpga.cycle) == (True,) * 8
    assert sorted(answer.highspeed_link_notifications["value"]) == [phy << 5 | 1 << 4 for phy in range(8)]
    assert len(answer.timeouts) == 0 and len(answer.omnibus) == 0 and len(answer.jtag) == 0
    assert list(answer.loopback["tick"]) == [0]
    assert lab.fpga.trace.timed and lab.fpga.time.timeouts == 0 and lab.system.counters["failed system time syncs"] == 0
    assert answer.loopback["fpga_time"][0] > 1000, "the wait behind the sync must show in the time stamps"


def test_system_init_can_be_repeated(ready, words):
    before = ready.stream
    answer = ready.run(words.golden("SystemInit_ZeroMock"), words.halt)
    assert len(answer.timeouts) == 0
    notifications = [int(value) for value in answer.highspeed_link_notifications["value"]]
    assert notifications == [phy << 5 for phy in range(8)] + [phy << 5 | 1 << 4 for phy in range(8)], "down by the reset, up again"
    assert len(before) and ready.system.link.up(4 * ready.fpga.cycle) == (True,) * 8


def test_chip_access_before_the_link_is_up_times_out(lab, words):
    answer = lab.run(words.read(SRAM), words.read(BASE_LOW), words.read(SRAM), words.halt)
    assert len(answer.omnibus) == 1, "what follows the time-out is discarded"
    assert [(int(row["instruction"]), int(row["omnibus_reads"])) for row in answer.timeouts] == [(1, 0)]
    assert list(answer.loopback["tick"]) == [0]
    assert DEFAULT_TIMEOUT < lab.fpga.cycle < DEFAULT_TIMEOUT + 100


def test_programs_run_after_a_time_out(lab, words):
    lab.run(words.write(BASE_LOW, 1), words.halt)
    assert lab.fpga.time.timeouts == 1
    answer = lab.run(words.golden("SystemInit_ZeroMock"), words.write(BASE_LOW, 17), words.read(BASE_LOW), words.halt)
    assert len(answer.timeouts) == 0 and [int(v) for v in answer.omnibus["data"]] == [17]


def test_time_out_register_and_index(lab, words):
    begin = lab.fpga.cycle
    answer = lab.run(words.write(TIMEOUT, 5000), words.tick, words.write(BASE_LOW, 3), words.tick, words.halt, words.tick, words.halt)
    assert int(answer.timeouts[0]["instruction"]) == 4
    assert list(answer.loopback["tick"]) == [1, 0, 1, 0], "after the HALT instructions are executed again"
    assert 5000 < lab.fpga.cycle - begin < 5100


def test_access_waits_for_the_link(lab, words):
    program = words.golden("SystemInit_ZeroMock")
    enable = program.index(0x0B00000F88004000)
    answer = lab.run(program[: enable + 8], words.read(BASE_LOW), words.halt)
    assert len(answer.omnibus) == 1 and len(answer.timeouts) == 0
    rises = answer.highspeed_link_notifications["fpga_time"]
    assert len(rises) == 8 and answer.omnibus["fpga_time"][0] > max(rises)


# ------------------------------------------------------------------------------------------------------------------ time
def test_timer(lab, words):
    read = words.read(TIMER)
    assert lab.data(words.setup, read, read, words.halt) == [0, 1]
    assert lab.data(words.setup, words.wait(1000), read, words.wait(10), read, words.wait(1002), read, words.halt) == [1001, 1003, 1005]
    assert lab.data(words.setup, words.wait(0), read, words.halt) == [1]


def test_timer_runs_on_and_time_stands_still_between_runs(lab, words):
    (first,) = lab.data(words.setup, words.wait(100), words.read(TIMER), words.halt)
    cycle = lab.fpga.cycle
    (second,) = lab.data(words.read(TIMER), words.halt)
    assert first == 101 and second == first + (cycle - 102)


def test_wait_never_times_out(lab, words):
    answer = lab.run(words.write(TIMEOUT, 10), words.setup, words.wait(125_000_000), words.halt)
    assert len(answer.timeouts) == 0 and lab.fpga.cycle > 125_000_000


def test_golden_waits_and_barriers(ready, words):
    assert list(ready.run(words.golden("timer_wait"), words.halt).loopback["tick"]) == [0]
    answer = ready.run(words.golden("barriers"), words.halt)
    assert list(answer.loopback["tick"]) == [0] and len(answer.timeouts) == 0


def test_omnibus_barrier_waits_for_the_chips_acknowledge(ready, words):
    read = words.read(TIMER)
    without, with_barrier = (
        ready.data(words.setup, words.write(BASE_LOW, 1), barrier, read, words.halt)[0] for barrier in ([], words.barrier(1))
    )
    round_trip = (number("chip_request") + number("chip_response")) / 4
    assert without == 2 and round_trip <= with_barrier - without <= round_trip + 2


def test_jtag_barrier_waits_for_the_scan(lab, words):
    scan = [*words.select(127), *words.scan(0, 33, False)]
    read = words.read(TIMER)
    (without,) = lab.data(words.setup, scan, read, words.halt)
    (with_barrier,) = lab.data(words.barrier(2), words.setup, scan, words.barrier(2), read, words.halt)
    assert without == 2 and with_barrier >= 33 + 7


def test_jtag_scaler_slows_the_scan(lab, words):
    scan = [*words.select(127), *words.scan(0, 33, False), *words.barrier(2), *words.read(TIMER)]
    fast, slow = (lab.data([1 << 56 | scaler], words.barrier(2), words.setup, scan, words.halt)[0] for scaler in (0, 9))
    assert slow - 1 == 10 * (fast - 1)


def test_full_jtag_queue_holds_the_program_back(lab, words):
    depth = number("jtag_queue")
    (time,) = lab.data(words.setup, words.scan(0, 33, False) * (depth + 2), words.read(TIMER), words.halt)
    assert time > depth + 2 + 33


def test_blocked_jtag_queue_times_out(lab, words):
    depth = number("jtag_queue")
    answer = lab.run(words.write(TIMEOUT, 1000), [1 << 56 | 255], words.scan(0, 33, False) * (depth + 2), words.halt)
    assert len(answer.timeouts) == 1 and int(answer.timeouts["instruction"][0]) in (3 + depth, 3 + depth - 1)


# ------------------------------------------------------------------------------------------------------------------ time stamps
def test_no_annotation_before_the_sync(lab, words):
    answer = lab.run(words.setup, words.read(SRAM), words.wait(1000), words.read(SRAM), words.halt)
    assert list(answer.omnibus["fpga_time"]) == [1, 2] and list(answer.loopback["fpga_time"]) == [3]


def test_stamps_after_the_sync_are_fpga_cycles(ready, words):
    waits = (10, 12, 15, 400, 100_000)
    parts = [part for wait in waits for part in (words.wait(wait - 1), words.read(SRAM))]
    answer = ready.run(words.setup, *parts, words.halt)
    stamps = answer.omnibus["fpga_time"].astype(np.int64)
    assert list(np.diff(stamps)) == list(np.diff(waits))
    assert stamps[-1] + 1 <= answer.loopback["fpga_time"][0] <= stamps[-1] + 3


def test_time_base_is_adopted(ready, words):
    base = 1 << 40
    answer = ready.run(
        words.write(0, base & 0xFFFFFFFF),
        words.write(1, base >> 32),
        words.barrier(1),
        words.systime_init(),
        words.barrier(4),
        words.tick,
        words.halt,
    )
    stamp = int(answer.loopback["fpga_time"][0])
    assert base // 2 < stamp < base // 2 + 20


def test_sync_registers(ready, words):
    low, high = 0x12345678, 0x5
    registers = [
        *words.read(0x88002000),
        *words.read(0x88002001),
        *words.read(0x88002002),
        *words.read(0x88002003),
        *words.read(0x88002004),
    ]
    active = words.read(0x88002005)
    program = [
        *words.write(0, low),
        *words.write(1, high),
        *words.barrier(1),
        *words.systime_init(),
        *active,
        *words.barrier(4),
        *active,
        *registers,
    ]
    running, idle, retries, trip_high, trip_low, chip_high, chip_low = ready.data(program, words.halt)
    assert (running, idle, retries) == (1, 0, 3)
    assert (trip_high, chip_high, chip_low) == (0, high, low)
    assert trip_low * 4 == pytest.approx(number("chip_request") + number("chip_response"), abs=4)


def test_sync_without_link_fails(lab, words):
    lab.run(words.systime_init(), words.barrier(4), words.halt)
    assert not lab.fpga.trace.timed and lab.system.counters["failed system time syncs"] == 1


# ------------------------------------------------------------------------------------------------------------------ accesses
def test_responses_keep_the_order_of_requests(ready, words):
    program = [*words.write(SRAM, 1), *words.write(SRAM + 1, 2), *words.write(BASE_LOW, 3)]
    reads = [*words.read(BASE_LOW), *words.read(SRAM), *words.read(BASE_LOW), *words.read(SRAM + 1)]
    assert ready.data(program, reads, words.halt) == [3, 1, 3, 2]
    stamps = ready.answer.omnibus["fpga_time"]
    assert np.all(np.diff(stamps.astype(np.int64)) > 0)


def test_chip_read_takes_the_round_trip(ready, words):
    far, near = (
        int(ready.run(words.tick, words.read(address), words.halt).omnibus["fpga_time"][0]) - int(ready.answer.loopback["fpga_time"][0])
        for address in (BASE_LOW, SRAM)
    )
    assert near == number("fpga_read") and far == pytest.approx(
        (number("chip_request") + number("chip_response")) / 4, abs=2
    )


def test_polling(lab, words):
    (time,) = lab.data(words.setup, words.poll(TIMER, 0x1000, 0x1000), words.read(TIMER), words.halt)
    assert 0x1000 <= time < 0x1000 + 40
    assert lab.data(words.poll(SRAM, 7, 0xFF, equal=False), words.read(SRAM), words.halt) == [0], "already different"


def test_poll_on_the_chip_and_its_time_out(ready, words):
    program = [*words.write(BASE_LOW, 0x55), *words.write(TIMEOUT, 10_000)]
    assert len(ready.run(program, words.poll(BASE_LOW, 5, 0xF), words.halt).timeouts) == 0
    answer = ready.run(words.poll(BASE_LOW, 6, 0xF), words.read(SRAM), words.halt)
    assert [int(index) for index in answer.timeouts["instruction"]] == [6] and len(answer.omnibus) == 0
    assert len(answer.loopback) == 1


def test_counters_of_the_omnibus_link(ready, words):
    counters = [part for address in range(0x8800C010, 0x8800C014) for part in words.read(address)]
    answer = ready.data(counters, words.read(0), words.read(1), counters, words.halt)
    before, after = answer[:4], answer[-4:]
    write, tx, rx, read = (b - a for a, b in zip(before, after, strict=True))
    assert (write, read) == (2, 2)
    assert after[2] >= after[3] and after[1] >= after[0] and tx >= write and rx >= read


def test_few_phys_slow_the_link(ready, words):
    program = [*words.setup, *words.write(BASE_LOW, 1) * 100, *words.read(TIMER)]
    (all_phys,) = ready.data(program, words.halt)
    (one_phy,) = ready.data(words.write(0x88004000, 1), program, words.halt)
    assert all_phys == 200 and one_phy > 4 * all_phys


def test_link_drops_with_its_enable(ready, words):
    answer = ready.run(words.write(0x88004000, 0x7F), words.read(BASE_LOW), words.halt)
    assert [int(value) for value in answer.highspeed_link_notifications["value"]] == [7 << 5]
    answer = ready.run(words.write(0x88004000, 0), words.read(BASE_LOW), words.halt)
    assert len(answer.timeouts) == 1 and len(answer.highspeed_link_notifications) == 7


# ------------------------------------------------------------------------------------------------------------------ loopback, streams
def test_tick_and_halt_are_echoed_in_order(lab, words):
    assert list(lab.run(words.tick, words.halt).loopback["tick"]) == [1, 0]
    assert list(lab.run(words.halt, words.tick, words.halt).loopback["tick"]) == [0, 1, 0]


def test_halt_comes_after_all_responses(ready, words):
    for program in (words.read(BASE_LOW) * 50, [*words.select(1), *words.scan(0, 32)], words.chip_over_jtag(BASE_LOW)):
        answer = ready.run(program, words.halt)
        last = [int(rows["fpga_time"].max()) for rows in (answer.omnibus, answer.jtag) if len(rows)]
        assert last and answer.loopback["fpga_time"][0] > max(last)


def test_unknown_word_is_refused_and_the_next_run_is_clean(lab, words):
    with pytest.raises(ProtocolError, match="instruction 1 ") as caught:
        lab.run(words.tick, [0x10 << 56], words.halt)
    assert caught.value.instruction == 1 and isinstance(caught.value, (SimError, RuntimeError))
    with pytest.raises(ProtocolError, match="without an address"):
        lab.run([12 << 56 | 5], words.halt)
    assert list(lab.run(words.tick, words.halt).loopback["tick"]) == [1, 0]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer on this system")
def test_keyboard_interrupt_ends_a_long_run(lab, words):
    def interrupt(number, frame):
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            lab.run([*words.setup, *words.wait((1 << 32) - 1)] * 10_000, words.halt)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert list(lab.run(words.tick, words.halt).loopback["tick"]) == [1, 0]


def test_fill_words_are_skipped(lab, words):
    assert list(lab.run(words.tick, [0x80 << 56], words.halt).loopback["tick"]) == [1, 0]


def test_strict_mode_names_address_and_instruction(make_lab, words):
    lab = make_lab(strict=True)
    with pytest.raises(UndefinedAccess, match="0x88000fff") as caught:
        lab.run(words.tick, words.read(0x88000FFF), words.halt)
    assert (caught.value.address, caught.value.instruction, caught.value.is_read) == (0x88000FFF, 1, True)
    assert list(lab.run(words.tick, words.halt).loopback["tick"]) == [1, 0]


def test_undefined_addresses_read_zero_and_are_logged_once(lab, words, caplog):
    assert lab.data(words.write(0x88000FFF, 5), words.read(0x88000FFF), words.read(0x88000FFF), words.halt) == [0, 0]
    assert lab.fpga.registers.faults == {(0x88000FFF, False): 1, (0x88000FFF, True): 2}
    assert len([record for record in caplog.records if record.name == "hicannx_sim.fpga"]) == 1, "one warning per address"


def test_same_programs_same_bytes(make_lab, words):
    first, second = make_lab(), make_lab()
    for program in (words.golden("SystemInit_ZeroMock"), [*words.read(BASE_LOW), *words.spikes(1, 2, 3)]):
        assert np.array_equal(first.run(program, words.halt) and first.stream, second.run(program, words.halt) and second.stream)
