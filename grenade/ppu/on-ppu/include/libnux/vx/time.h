// Time in cycles of 4 ns.
#pragma once
#include "libnux/vx/spr.h"

namespace libnux::vx {

constexpr uint32_t default_ppu_cycles_per_us = PPU_CYCLES_PER_US;

inline void sleep_cycles(uint32_t const cycles) { ppu_delay(cycles); }

// Since the processor was started.
inline time_base_t now() { return ppu_time64(); }

} // namespace libnux::vx
