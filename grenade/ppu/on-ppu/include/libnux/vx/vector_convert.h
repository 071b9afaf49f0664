// Between unsigned and signed: the lowest value becomes the lowest value.
#pragma once
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

inline VectorFracSat8::Data uint8_to_int8(VectorMod8::Data const& a) { return VectorMod8(a).convert_contiguous().data; }
inline VectorMod8::Data int8_to_uint8(VectorFracSat8::Data const& a) { return VectorFracSat8(a).convert_contiguous().data; }
inline VectorFracSat16::Data uint16_to_int16(VectorMod16::Data const& a) { return VectorMod16(a).convert_contiguous().data; }
inline VectorMod16::Data int16_to_uint16(VectorFracSat16::Data const& a) { return VectorFracSat16(a).convert_contiguous().data; }

} // namespace libnux::vx
