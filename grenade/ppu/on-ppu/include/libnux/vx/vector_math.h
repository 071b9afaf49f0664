#pragma once
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

inline VectorFracSat8::Data saturating_subtract(VectorFracSat8::Data const& a, VectorFracSat8::Data const& b)
{
	return (VectorFracSat8(a) - VectorFracSat8(b)).data;
}

} // namespace libnux::vx
