// Synapses of a projection in one hemisphere.
#pragma once
#include "libnux/vx/dls.h"
#include "libnux/vx/vector.h"
#include "libnux/vx/vector_row.h"
#include <array>
#include <cstdint>
#include <vector>

namespace grenade::vx::ppu {

// On the other processor, and for a row beyond `rows`, accesses end the program with code 1.
struct SynapseArrayViewHandle
{
	std::vector<uint8_t> columns;
	std::vector<uint8_t> rows;
	libnux::vx::PPUOnDLS hemisphere;

	typedef libnux::vx::vector_row_t Row;

	// 1 where the column is one of the view's
	Row column_mask;

	// Values of all 256 columns, also of those that are not the view's; rows count inside the view.
	Row get_weights(size_t index_row) const;

	// Only the view's columns change.
	void set_weights(Row const& value, size_t index_row) const;

	Row get_causal_correlation(size_t index_row) const;
	Row get_acausal_correlation(size_t index_row) const;

	struct CorrelationRow
	{
		Row causal;
		Row acausal;
	};

	// Both of one conversion; reset begins anew for the view's columns.
	CorrelationRow get_correlation(size_t index_row, bool reset) const;

	void reset_correlation(size_t index_row) const;
};

} // namespace grenade::vx::ppu
