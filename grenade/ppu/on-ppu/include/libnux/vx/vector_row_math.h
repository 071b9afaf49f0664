#pragma once
#include "libnux/vx/vector_if.h"
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

template <typename HalfRow>
VectorRow<HalfRow> pow(VectorRow<HalfRow> const& base, size_t const exponent)
{
	if (exponent == 0) {
		return VectorRow<HalfRow>(1);
	}
	VectorRow<HalfRow> ret = base;
	for (size_t i = 1; i < exponent; ++i) {
		ret *= base;
	}
	return ret;
}

// To what a weight can be: 0 to 63. Elements above 127 count as negative.
template <typename HalfRow>
VectorRow<HalfRow> saturate_weight(VectorRow<HalfRow> const& input)
{
	static_assert(sizeof(typename VectorRow<HalfRow>::Element) == 1, "weights are bytes");
	VectorRowFracSat8 values(VectorRowFracSat8::no_value());
	if constexpr (std::is_signed_v<typename HalfRow::Element>) {
		values = input;
	} else {
		values = static_cast<VectorRowFracSat8>(input);
	}
	values = vector_if(values, VectorIfCondition::greater, values, VectorRowFracSat8(0));
	values = vector_if(values - 63, VectorIfCondition::greater, VectorRowFracSat8(63), values);
	if constexpr (std::is_signed_v<typename HalfRow::Element>) {
		return values;
	} else {
		return static_cast<VectorRow<HalfRow>>(values);
	}
}

} // namespace libnux::vx
