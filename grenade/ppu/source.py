"""C++ text of a program: each rule with what leads to its kernel, and the schedule of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grenade.ppu.errors import KernelError
from grenade.ppu.layout import declaration, recordings, size
from grenade.ppu.rule import NeuronView, RawRecording, Rule, SynapseView, Timer

KERNEL = "PLASTICITY_RULE_KERNEL"
HANDLES = '#include "grenade/vx/ppu/synapse_array_view_handle.h"\n#include "grenade/vx/ppu/neuron_view_handle.h"\n#include <array>\n'
VIEWS = "::grenade::vx::ppu::SynapseArrayViewHandle", "::grenade::vx::ppu::NeuronViewHandle"

Views = tuple[tuple[SynapseView, ...], tuple[NeuronView, ...]]


def kernel_source(rule: Rule) -> str:
    """A rule's kernel, and a function that calls it with untyped views and recording. Raises KernelError for text without a kernel."""
    if KERNEL not in rule.kernel:
        raise KernelError(f"the kernel of plasticity rule {rule.id} has no function {KERNEL}: define one", rule.id)
    kernel = rule.kernel.replace(KERNEL, f"plasticity_rule_kernel_{rule.id}", 1)
    types = [f"std::array<{view}, {count}>" for view, count in zip(VIEWS, (len(rule.synapses), len(rule.neurons)), strict=True)]
    arguments = [f"*static_cast<{kind}*>({name})" for kind, name in zip(types, ("synapses", "neurons"), strict=True)]
    if rule.recording is not None:
        arguments.append("*static_cast<Recording*>(recording)")
    return (
        f'{declaration(rule)}#line 1 "plasticity rule {rule.id}"\n{kernel}\n#line 1 "call of plasticity rule {rule.id}"\n{HANDLES}'
        f'extern "C" void plasticity_rule_{rule.id}(void* synapses, void* neurons, [[maybe_unused]] void* recording)\n'
        f"{{ plasticity_rule_kernel_{rule.id}({', '.join(arguments)}); }}\n"
    )


def schedule_source(rules: Sequence[Rule]) -> str:
    """Memories of recordings, views, services and timers of all rules."""
    views = list(dict.fromkeys((rule.synapses, rule.neurons) for rule in rules))
    lines = ['#include "schedule.h"', "using namespace grenade::vx::ppu;", "using libnux::vx::PPUOnDLS;"]
    for rule, runs in recordings(rules):
        lines += _memory(rule, runs)
    lines.append('extern "C" void grenade_begin_rules()\n{')
    lines += [f"\trecorded_scratchpad_memory_period_{rule.id} = 0;" for rule, _ in recordings(rules)]
    lines.append("}")
    for number, pair in enumerate(views):
        lines += _handles(number, pair)
    timers = list(timers_of(rules, views))
    runs_of = {rule.id: runs for rule, runs in recordings(rules)}
    first = {rule.id: rule for rule in reversed(rules)}
    for handles, number in dict.fromkeys((handles, rule.id) for handles, rule, _ in timers):
        lines += _service(handles, first[number], runs_of.get(number, 0))
    lines += _timers(timers)
    return "\n".join(lines) + "\n"


def _memory(rule: Rule, runs: int) -> Iterator[str]:
    """Named as the original does, since hosts know the names."""
    assert rule.recording is not None
    section = "ext.dram.bss" if rule.recording.in_dram else "ext.bss"
    number = 1 if isinstance(rule.recording, RawRecording) else runs
    yield (
        f'__attribute__((used, aligned(128), section("{section},\\"aw\\",@nobits#"))) '
        f"unsigned char recorded_scratchpad_memory_{rule.id}[{max(number * size(rule), 1)}];"
    )
    yield f"__attribute__((used)) uint32_t recorded_scratchpad_memory_period_{rule.id};"


def _handles(number: int, pair: Views) -> Iterator[str]:
    synapses = [f"detail::synapses(PPUOnDLS({int(view.hemisphere)}), {_runs(view.columns)}, {_runs(view.rows)})" for view in pair[0]]
    neurons = [f"detail::neurons(PPUOnDLS({int(view.hemisphere)}), {_runs(view.columns)})" for view in pair[1]]
    yield _array(VIEWS[0], f"synapse_array_view_handle_{number}", synapses)
    yield _array(VIEWS[1], f"neuron_view_handle_{number}", neurons)


def _array(kind: str, name: str, elements: Sequence[str]) -> str:
    return f"std::array<{kind}, {len(elements)}> {name} = {{{', '.join(elements)}}};"


def _runs(numbers: Iterable[int]) -> str:
    """Numbers that follow each other are one entry: {first, how many}.

    >>> _runs([3, 4, 5, 9])
    '{{3, 3}, {9, 1}}'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == sum(runs[-1]):
            runs[-1][1] += 1
        else:
            runs.append([number, 1])
    return "{" + ", ".join(f"{{{first}, {length}}}" for first, length in runs) + "}"


def _service(handles: int, rule: Rule, runs: int) -> Iterator[str]:
    """One run of a rule with one set of views; its recording has room for so many runs."""
    views = f"&synapse_array_view_handle_{handles}, &neuron_view_handle_{handles}"
    yield f'extern "C" void plasticity_rule_{rule.id}(void*, void*, void*);'
    yield f"static void plasticity_rule_{rule.id}_{handles}()\n{{"
    yield f'\tdetail::Report const report("plasticity rule {rule.id}_{handles}: b: ");'
    if rule.recording is None:
        yield f"\tplasticity_rule_{rule.id}({views}, nullptr);\n}}"
        return
    memory, period = f"recorded_scratchpad_memory_{rule.id}", f"recorded_scratchpad_memory_period_{rule.id}"
    place = "" if isinstance(rule.recording, RawRecording) else f" + {size(rule)} * ({period} % {max(runs, 1)})"
    yield f"\tplasticity_rule_{rule.id}({views}, {memory}{place});\n\t++{period};\n}}"


def merged(timers: Iterable[Timer]) -> list[Timer]:
    """Timers of equal period that continue each other become one."""
    found: list[Timer] = []
    for timer in sorted(timers, key=lambda timer: (timer.period, timer.start)):
        if found and found[-1].period == timer.period and found[-1].end == timer.start:
            found[-1] = Timer(found[-1].start, timer.period, found[-1].num_periods + timer.num_periods)
        else:
            found.append(timer)
    return found


def timers_of(rules: Sequence[Rule], views: Sequence[Views]) -> Iterator[tuple[int, Rule, Timer]]:
    """Number of the views, rule, and timer of each service."""
    for number, pair in enumerate(views):
        for rule_id in dict.fromkeys(rule.id for rule in rules if (rule.synapses, rule.neurons) == pair):
            same = [rule for rule in rules if rule.id == rule_id and (rule.synapses, rule.neurons) == pair]
            yield from ((number, same[0], timer) for timer in merged(rule.timer for rule in same))


def _timers(timers: Sequence[tuple[int, Rule, Timer]]) -> Iterator[str]:
    rows = []
    counts: dict[tuple[int, int], int] = {}
    for handles, rule, timer in timers:
        number = counts[handles, rule.id] = counts.get((handles, rule.id), -1) + 1
        name = f"timer_{handles}_{rule.id}_{number}_event_drop_count"
        yield f"__attribute__((used)) volatile uint32_t {name};"
        rows.append(f"{{plasticity_rule_{rule.id}_{handles}, &{name}, {timer.start}u, {timer.period}u, {timer.num_periods}u, 0, 0}}")
    yield 'extern "C" {'
    yield f"grenade_timer grenade_timers[] = {{{', '.join(rows)}}};"
    yield f"extern const uint32_t grenade_timer_count = {len(rows)};\n}}"
