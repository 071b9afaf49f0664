#pragma once
#include <cstdint>

namespace libnux::vx {

inline uint32_t xorshift32(uint32_t* const seed)
{
	uint32_t x = *seed;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *seed = x;
}

inline uint32_t random_lcg(uint32_t* const seed) { return *seed = *seed * 1664525u + 1013904223u; }

} // namespace libnux::vx
