// What the handles of a kernel do.
#include "grenade/vx/ppu/neuron_view_handle.h"
#include "grenade/vx/ppu/synapse_array_view_handle.h"
#include "grenade/vx/ppu/time.h"
#include "libnux/system.h"
#include "libnux/vx/correlation.h"
#include "stadls/vx/v3/ppu/read.h"
#include "stadls/vx/v3/ppu/write.h"

#include <ppu/registers.h>

extern volatile libnux::vx::PPUOnDLS ppu;
extern "C" uint64_t grenade_time_origin;

namespace grenade::vx::ppu {

using namespace libnux::vx;

namespace {

// Row of switches: what the converters' lines lead to, by the weight and label of each column. (facts: clients/grenade 4.3)
constexpr size_t row_of_switches = dls_num_rows;
constexpr uint8_t to_sensors = 0;
constexpr uint8_t to_neurons = 1 << 5;

void connect_causal(uint8_t const what) { set_row_via_vector(VectorRowMod8(what), row_of_switches, dls_weight_base); }
void connect_acausal(uint8_t const what) { set_row_via_vector(VectorRowMod8(what), row_of_switches, dls_decoder_base); }

uint8_t checked_row(SynapseArrayViewHandle const& handle, size_t const index)
{
	if (::ppu != handle.hemisphere || index >= handle.rows.size()) {
		exit(1);
	}
	return handle.rows[index];
}

} // namespace

uint64_t now() { return ppu_time64() - grenade_time_origin; }

SynapseArrayViewHandle::Row SynapseArrayViewHandle::get_weights(size_t const index_row) const
{
	return get_row_via_vector(checked_row(*this, index_row), dls_weight_base);
}

void SynapseArrayViewHandle::set_weights(Row const& value, size_t const index_row) const
{
	set_row_via_vector_masked(value, column_mask, checked_row(*this, index_row), dls_weight_base);
}

SynapseArrayViewHandle::Row SynapseArrayViewHandle::get_causal_correlation(size_t const index_row) const
{
	uint8_t const row = checked_row(*this, index_row);
	Row ret(Row::no_value());
	connect_causal(to_sensors);
	libnux::vx::get_causal_correlation(&ret.even.data, &ret.odd.data, row);
	return ret;
}

SynapseArrayViewHandle::Row SynapseArrayViewHandle::get_acausal_correlation(size_t const index_row) const
{
	uint8_t const row = checked_row(*this, index_row);
	Row ret(Row::no_value());
	connect_acausal(to_sensors);
	libnux::vx::get_acausal_correlation(&ret.even.data, &ret.odd.data, row);
	return ret;
}

SynapseArrayViewHandle::CorrelationRow SynapseArrayViewHandle::get_correlation(size_t const index_row, bool const reset) const
{
	uint8_t const row = checked_row(*this, index_row);
	CorrelationRow ret{Row::no_value(), Row::no_value()};
	connect_causal(to_sensors);
	connect_acausal(to_sensors);
	libnux::vx::get_correlation(&ret.causal.even.data, &ret.causal.odd.data, &ret.acausal.even.data, &ret.acausal.odd.data, row);
	if (reset) {
		reset_correlation(index_row);
	}
	return ret;
}

void SynapseArrayViewHandle::reset_correlation(size_t const index_row) const
{
	set_row_via_vector_masked(Row(dls_correlation_reset), column_mask, checked_row(*this, index_row), dls_causal_base);
}

uint8_t NeuronViewHandle::get_rate_counter(size_t const column_index, bool const reset) const
{
	using namespace halco::hicann_dls::vx::v3;
	using namespace haldls::vx::v3;
	if (column_index >= columns.size()) {
		exit(1);
	}
	AtomicNeuronOnDLS const neuron(NeuronColumnOnDLS(columns[column_index]), NeuronRowOnDLS(static_cast<uint32_t>(hemisphere)));
	auto const counter = stadls::vx::v3::ppu::read<SpikeCounterRead>(neuron.toSpikeCounterReadOnDLS());
	if (reset) {
		stadls::vx::v3::ppu::write(neuron.toSpikeCounterResetOnDLS(), SpikeCounterReset());
	}
	return counter.get_overflow() ? SpikeCounterRead::Count::max : counter.get_count().value();
}

NeuronViewHandle::Row NeuronViewHandle::get_rate_counters(bool const reset) const
{
	Row ret;
	for (size_t i = 0; i < columns.size(); ++i) {
		ret[columns[i]] = get_rate_counter(i, reset);
	}
	return ret;
}

NeuronViewHandle::Row NeuronViewHandle::get_analog_readouts() const
{
	if (::ppu != hemisphere) {
		exit(1);
	}
	Row ret(Row::no_value());
	connect_causal(to_neurons);
	libnux::vx::get_causal_correlation(&ret.even.data, &ret.odd.data, 0);
	return ret;
}

} // namespace grenade::vx::ppu
