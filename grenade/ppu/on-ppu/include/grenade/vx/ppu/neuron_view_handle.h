// Neurons of a population in one hemisphere.
#pragma once
#include "halco/hicann-dls/vx/v3/neuron.h"
#include "haldls/vx/v3/neuron.h"
#include "libnux/vx/dls.h"
#include "libnux/vx/vector.h"
#include <array>
#include <cstdint>
#include <vector>

namespace grenade::vx::ppu {

struct NeuronViewHandle
{
	std::vector<uint8_t> columns;
	libnux::vx::PPUOnDLS hemisphere;

	typedef libnux::vx::vector_row_t Row;

	// Spikes since the last reset, 255 for more. An index beyond `columns` ends the program with code 1.
	uint8_t get_rate_counter(size_t column_index, bool reset) const;

	// At the view's columns; 0 elsewhere.
	Row get_rate_counters(bool reset) const;

	// What the readout of each of the 256 columns shows. On the other processor it ends the program with code 1.
	Row get_analog_readouts() const;
};

} // namespace grenade::vx::ppu
