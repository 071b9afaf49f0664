"""C++ text of a program: each rule with what leads to its kernel, and the schedule of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grenade.ppu.errors import KernelError
from grenade.ppu.layout import declaration, recordings, size
from grenade.ppu.rule import RawRecording, Rule, TimedRecording, Views
from grenade.ppu.services import Service, services

KERNEL = "PLASTICITY_RULE_KERNEL"
HANDLES = '#include "grenade/vx/ppu/synapse_array_view_handle.h"\n#include "grenade/vx/ppu/neuron_view_handle.h"\n#include <array>\n'
RUN_COUNTER = "recorded_scratchpad_memory_period_"
"""Variables of this name and a rule's number count its runs, if it records."""
VIEWS = "::grenade::vx::ppu::SynapseArrayViewHandle", "::grenade::vx::ppu::NeuronViewHandle"


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
    every = services(rules)
    lines = ['#include "schedule.h"', "using namespace grenade::vx::ppu;", "using libnux::vx::PPUOnDLS;"]
    for rule, runs in recordings(rules):
        lines += _memory(rule, runs)
    counters = [f"{RUN_COUNTER}{rule.id}" for rule, _ in recordings(rules)]
    own = [f"runs_{service.name}" for service in every if isinstance(service.rule.recording, TimedRecording)]
    lines += [f"static uint32_t {name};" for name in own]
    lines.append('extern "C" void grenade_begin_rules()\n{')
    lines += [f"\t{name} = 0;" for name in (*counters, *own)]
    lines.append("}")
    for number, views in enumerate(dict.fromkeys(rule.views for rule in rules)):
        lines += _handles(number, views)
    for service in every:
        lines += _service(service)
    lines += _timers(every)
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
    yield f"__attribute__((used)) uint32_t {RUN_COUNTER}{rule.id};"


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


def _service(service: Service) -> Iterator[str]:
    """One run of a rule, which fills the next of its runs in the recording."""
    rule, views = service.rule, f"&synapse_array_view_handle_{service.views}, &neuron_view_handle_{service.views}"
    yield f'extern "C" void plasticity_rule_{rule.id}(void*, void*, void*);'
    yield f"static void service_{service.name}()\n{{"
    yield f'\tdetail::Report const report("plasticity rule {rule.id}_{service.views}: b: ");'
    if rule.recording is None:
        yield f"\tplasticity_rule_{rule.id}({views}, nullptr);\n}}"
        return
    place = f"recorded_scratchpad_memory_{rule.id}"
    if isinstance(rule.recording, TimedRecording):
        place += f" + {size(rule)} * ({service.runs.start} + runs_{service.name}++ % {max(len(service.runs), 1)})"
    yield f"\tplasticity_rule_{rule.id}({views}, {place});\n\t++{RUN_COUNTER}{rule.id};\n}}"


def _timers(every: Sequence[Service]) -> Iterator[str]:
    rows = []
    for service in every:
        name, timer = f"timer_{service.name}_event_drop_count", service.timer
        yield f"__attribute__((used)) volatile uint32_t {name};"
        rows.append(f"{{service_{service.name}, &{name}, {timer.start}u, {timer.period}u, {timer.num_periods}u, 0, 0}}")
    yield 'extern "C" {'
    yield f"grenade_timer grenade_timers[] = {{{', '.join(rows)}}};"
    yield f"extern const uint32_t grenade_timer_count = {len(rows)};\n}}"
