"""When rules run: their timers, what happens to those that come too late, and what the host can read of it."""

import numpy as np
import pytest
from ppu_rules import BOTH, BOTTOM, MS, TOP, Chip, rule

from grenade.ppu import KernelError, NeuronView, Program, Status, SynapseView, Timer, program
from halco import PPUOnDLS

NOW = "if (ppu == PPUOnDLS::top) recording.time = now();"
JITTER = 200
"""PPU cycles that a kernel may begin late: the loop that waits, the service, and code that is not in the cache yet."""


def times(chip: Chip, made: Program, place: int) -> list[int]:
    recorded = made.recorded_by(place, chip.get(made.recording(made.rules[place])))
    return [int(time) for time in recorded.times]


def test_start_and_period_are_exact(chip: Chip) -> None:
    made = program([rule(NOW, {}, timer=Timer(12_345, 50_001, 20))])
    chip.start(made)
    chip.schedule(made, 5 * MS)
    late = np.array(times(chip, made, 0)) - (12_345 + 50_001 * np.arange(20))
    assert np.all((late >= 0) & (late < 5000)), late  # the first lines of the report take a few microseconds
    assert np.ptp(late[1:]) < JITTER


def test_rules_take_turns(chip: Chip) -> None:
    """Each at its own times; both processors run them."""
    first, second = Timer(0, MS, 4), Timer(MS // 2, MS // 2, 6)
    count = "volatile uint32_t count_{0};"
    made = program([
        rule(f"{NOW} count_1 += 1;", {}, before=count.format(1), timer=first, number=1),
        rule(f"{NOW} count_2 += 1;", {}, before=count.format(2), timer=second, number=2),
    ])  # fmt: skip
    chip.start(made)
    chip.schedule(made, 2 * MS)
    for ppu in BOTH:
        assert (chip.read(made, "count_1", ppu), chip.read(made, "count_2", ppu)) == ([4], [6])
    assert np.allclose(times(chip, made, 0), MS * np.arange(4), atol=5000)
    assert np.allclose(times(chip, made, 1), MS // 2 * (1 + np.arange(6)), atol=5000)


def test_nothing_runs_behind_the_runtime(chip: Chip) -> None:
    made = program([rule("count += 1;", None, before="volatile uint32_t count;", timer=Timer(0, MS, 100))])
    chip.start(made)
    chip.schedule(made, int(2.5 * MS / 2))
    assert chip.read(made, "count") == [3]


def test_each_schedule_begins_anew(chip: Chip) -> None:
    """Batch entries: times count from the command, and recordings begin with their first run."""
    made = program([rule(NOW, {}, timer=Timer(1000, MS, 2))])
    chip.start(made)
    for _ in range(2):
        chip.schedule(made, MS)
        assert np.allclose(times(chip, made, 0), [1000, 1000 + MS], atol=5000)
        assert chip.read(made, "recorded_scratchpad_memory_period_0") == [2]


def test_what_comes_too_late_is_counted(chip: Chip) -> None:
    """A rule that takes two and a half periods leaves out two of three of its times, and says so."""
    kernel = NOW.replace("now()", "grenade::vx::ppu::now()")
    made = program([rule(f"{kernel} sleep_cycles({int(2.5 * MS)});", {}, before='#include "libnux/vx/time.h"\n', timer=Timer(0, MS, 9))])
    chip.start(made)
    chip.schedule(made, 6 * MS)
    missed = [name for name in made.missed if name.startswith("timer")]
    # runs at 0, 2.5, 5 and 7.5 ms for the times 0, 1, 3 and 6; 2, 4, 5 and 7 are passed over, and so is 8 behind the last period
    assert chip.read(made, "recorded_scratchpad_memory_period_0") == [4] and [chip.read(made, name) for name in missed] == [[5]]
    assert chip.read(made, "scheduler_event_drop_count") == [0]


def test_what_another_rule_leaves_no_time_for_is_counted(chip: Chip) -> None:
    """Rules that are due while a long one runs, one that waits in the queue at the end; what is due behind the end does not count."""
    long = '#include "libnux/vx/time.h"\n'
    made = program([
        rule(f"sleep_cycles({2 * MS});", None, before=long, number=0, timer=Timer(0, MS, 1)),
        rule("", None, number=1, timer=Timer(MS // 4, MS, 1)),
        rule("", None, number=2, timer=Timer(0, 4 * MS, 1)),
        rule("", None, number=3, timer=Timer(9 * MS, MS, 1)),
    ])  # fmt: skip
    chip.start(made)
    chip.schedule(made, MS // 2, 300_000)
    missed = [name for name in made.missed if name.startswith("timer")]
    assert [chip.read(made, name) for name in missed] == [[0], [1], [0], [0]]
    assert chip.read(made, "scheduler_event_drop_count") == [1]


def test_a_full_queue_loses_events_and_counts_them(chip: Chip) -> None:
    """Many timers whose rules take longer than all of their periods together."""
    slow = '#include "libnux/vx/time.h"\n'
    made = program([
        rule(f"sleep_cycles({MS // 10});", None, before=slow, timer=Timer(number, MS // 20, 200), number=number) for number in range(4)
    ])  # fmt: skip
    chip.start(made)
    chip.schedule(made, 5 * MS, 200_000)
    assert chip.read(made, "scheduler_event_drop_count")[0] > 0


def test_a_rule_goes_on_over_snippets(chip: Chip) -> None:
    """Timers that follow each other are one, other views do not interrupt it, and runs are counted through."""
    top, bottom = (SynapseView(TOP, (0,), (0,)),), (SynapseView(BOTTOM, (3,), (7,)),)
    here = "if (synapses[0].hemisphere == ppu) recording.time = now() + 10000000 * synapses[0].rows[0];"
    made = program([
        rule(here, {}, synapses=top, timer=Timer(0, MS, 2)),
        rule(here, {}, synapses=top, timer=Timer(2 * MS, MS, 1)),
        rule(here, {}, synapses=bottom, timer=Timer(3 * MS, MS, 3)),
    ])  # fmt: skip
    assert made.runs == [range(2), range(2, 3), range(3, 6)]
    assert len([name for name in made.missed if name.startswith("timer")]) == 2
    chip.start(made)
    chip.schedule(made, 3 * MS)
    assert np.allclose(times(chip, made, 1), [2 * MS], atol=5000)
    assert np.allclose(times(chip, made, 2), 70_000_000 + MS * np.arange(3, 6), atol=5000)


def test_constructors_run_before_the_first_command(chip: Chip) -> None:
    before = """
        struct Init { Init() { value = 4711; } static volatile uint32_t value; };
        volatile uint32_t Init::value = 1;
        Init init;
        volatile uint32_t seen;"""
    made = program([rule("seen = Init::value;", None, before=before)])
    chip.start(made)
    chip.schedule(made, MS)
    assert chip.read(made, "seen") == [4711]


def test_the_program_ends(chip: Chip) -> None:
    made = program([rule("", None)])
    chip.start(made)
    chip.put(*made.command(Status.stop, PPUOnDLS.bottom))
    assert chip.read(made, "stopped", PPUOnDLS.bottom) == [1] and chip.read(made, "stopped", PPUOnDLS.top) == [0]


def test_variables_pass_between_host_and_kernel(chip: Chip) -> None:
    """Also one that the kernel does not use."""
    before = "volatile uint32_t unused; volatile uint32_t given; volatile uint32_t doubled;"
    made = program([rule("doubled = 2 * given;", None, before=before)])
    chip.start(made)
    for number, ppu in enumerate(BOTH):
        for name in ("given", "unused"):
            chip.put(*made.write(name, ppu, [21 + number]))
    chip.schedule(made, MS)
    assert [chip.read(made, "doubled", ppu) for ppu in BOTH] == [[42], [44]]
    assert [chip.read(made, "unused", ppu) for ppu in BOTH] == [[21], [22]]
    with pytest.raises(KernelError, match="no variable nothing"):
        made.variable("nothing", PPUOnDLS.top)


def test_a_stack_that_is_too_large_ends_the_program(chip: Chip) -> None:
    """Recursion cannot be counted before: what it overwrites is noticed. It ends when it has just come into what is allocated."""
    before = """
        int deep(char const* const allocated, int const n)
        {
            volatile int memory[4];
            for (auto& word : memory) { word = n; }
            return const_cast<int const*>(memory) > reinterpret_cast<int const*>(allocated) ? deep(allocated, n + 1) + memory[n % 4] : n;
        }
        volatile int sum;"""
    made = program([rule("sum = deep(new char[64] + 64, 0);", None, before=before, neurons=(NeuronView(TOP, (1,)),))])
    chip.start(made)
    with pytest.raises(AssertionError, match="the stack has come into other memory"):
        chip.schedule(made, MS)
