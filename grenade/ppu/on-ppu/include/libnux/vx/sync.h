#pragma once
#include <ppu/registers.h>

namespace libnux::vx {

inline void sync() { ppu_sync(); }

} // namespace libnux::vx
