// Registers of neurons that kernels read and write.
#pragma once
#include "halco/common/iter_all.h"
#include "halco/hicann-dls/vx/v3/neuron.h"
#include <cstdint>

#include <ppu/memory.h>

namespace haldls::vx::v3 {

struct SpikeCounterRead
{
	typedef halco::hicann_dls::vx::v3::SpikeCounterReadOnDLS coordinate_type;

	struct Count : halco::common::detail::Ranged<Count, 256>
	{
		using Ranged::Ranged;
	};

	Count get_count() const { return Count(m_word & 255); }
	bool get_overflow() const { return m_word >> 8 & 1; }

	static uint32_t address(coordinate_type const coordinate) { return PPU_SPIKE_COUNTER(coordinate.toAtomicNeuronOnDLS().value()); }
	static SpikeCounterRead decode(uint32_t const word) { return SpikeCounterRead{word}; }

	uint32_t m_word = 0;
};

// Writing it sets a counter to 0.
struct SpikeCounterReset
{
	typedef halco::hicann_dls::vx::v3::SpikeCounterResetOnDLS coordinate_type;

	static uint32_t address(coordinate_type const coordinate) { return PPU_SPIKE_COUNTER_RESET(coordinate.toAtomicNeuronOnDLS().value()); }
	uint32_t encode() const { return 0; }
};

} // namespace haldls::vx::v3
