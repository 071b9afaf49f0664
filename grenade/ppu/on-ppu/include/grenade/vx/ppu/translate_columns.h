#pragma once
#include "libnux/vx/vector_row.h"

namespace grenade::vx::ppu {

// Values at the columns of one view go to the columns of another one, in order. The last one is repeated if there are too few, and what is too
// many is left out.
template <typename HalfRow, typename From, typename To>
libnux::vx::VectorRow<HalfRow> translate_columns(libnux::vx::VectorRow<HalfRow> const& input, From const& from, To const& to)
{
	libnux::vx::VectorRow<HalfRow> ret;
	for (size_t i = 0; i < to.columns.size() && !from.columns.empty(); ++i) {
		ret[to.columns[i]] = input[i < from.columns.size() ? from.columns[i] : from.columns.back()];
	}
	return ret;
}

} // namespace grenade::vx::ppu
