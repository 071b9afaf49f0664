"""Rules that change nothing and record what synapses are like. (facts: clients/grenade 2.6)"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from grenade.network.plasticity import ObservablePerSynapse, PlasticityRule, TimedRecording
from halco.value import shown

_HEAD = """
#include "grenade/vx/ppu/synapse_array_view_handle.h"
#include "grenade/vx/ppu/neuron_view_handle.h"
#include "grenade/vx/ppu/time.h"
#include "libnux/vx/vector_row.h"
#include "hate/tuple.h"

extern volatile libnux::vx::PPUOnDLS ppu;

// Elements of the view's columns of one row.
template <typename Row, typename Elements>
void keep(Row const& row, grenade::vx::ppu::SynapseArrayViewHandle const& view, Elements& elements)
{
	for (size_t i = 0; i < view.columns.size(); ++i) {
		elements[i] = row[view.columns[i]];
	}
}

template <size_t N>
void PLASTICITY_RULE_KERNEL(
    std::array<grenade::vx::ppu::SynapseArrayViewHandle, N>& synapses,
    std::array<grenade::vx::ppu::NeuronViewHandle, 0>&,
    Recording& recording)
{
	recording.time = grenade::vx::ppu::now();
"""

_EACH_ROW = """
	hate::for_each([](auto const& view, %(parameters)s) {
		for (size_t row = 0; view.hemisphere == ppu && row < view.rows.size(); ++row) {
			%(body)s
		}
	}, synapses, %(arguments)s);
"""

_BODIES = {
    "weights": "keep(static_cast<libnux::vx::VectorRowFracSat8>(view.get_weights(row)), view, weights[row]);",
    "correlation_causal": """keep(view.get_causal_correlation(row).convert_contiguous(), view, correlation_causal[row]);
			view.reset_correlation(row);""",
    "correlation_acausal": """keep(view.get_acausal_correlation(row).convert_contiguous(), view, correlation_acausal[row]);
			view.reset_correlation(row);""",
    "correlation": """auto const both = view.get_correlation(row, true);
			keep(both.causal.convert_contiguous(), view, correlation_causal[row]);
			keep(both.acausal.convert_contiguous(), view, correlation_acausal[row]);""",
}


class OnlyRecordingPlasticityRuleGenerator:
    """Makes a rule that records weights, or what correlation sensors have collected since the last run, which begin anew then.

    Weights are 0 to 63; correlation is the converter's result less 128. All are int8 of the columns in use, under the observables' names.
    """

    class Observable(enum.Enum):
        """What can be recorded of a synapse."""

        weights = 0
        correlation_causal = 1
        correlation_acausal = 2

    def __init__(self, observables: Iterable[Observable]) -> None:
        self.observables = frozenset(observables)
        for observable in self.observables:
            if not isinstance(observable, self.Observable):
                raise TypeError(f"an observable is one of {', '.join(map(str, self.Observable))}, not {shown(observable)}")

    def generate(self) -> PlasticityRule:
        """The rule; projections, timer and number are still to be set."""
        layout = ObservablePerSynapse.LayoutPerRow.packed_active_columns
        names = sorted(observable.name for observable in self.observables)
        observables = {name: ObservablePerSynapse(ObservablePerSynapse.Type.int8, layout) for name in names}
        return PlasticityRule(kernel=self._kernel(set(names)), recording=TimedRecording(dict(observables)))

    def _kernel(self, names: set[str]) -> str:
        both = {"correlation_causal", "correlation_acausal"}
        parts = [{name} for name in sorted(names - both)] + ([both] if both <= names else [{name} for name in sorted(names & both)])
        return _HEAD + "".join(_part(part) for part in parts) + "}\n"


def _part(names: set[str]) -> str:
    """One pass over all rows."""
    ordered = sorted(names)
    return _EACH_ROW % {
        "parameters": ", ".join(f"auto& {name}" for name in ordered),
        "body": _BODIES[ordered[0] if len(ordered) == 1 else "correlation"],
        "arguments": ", ".join(f"recording.{name}" for name in ordered),
    }
