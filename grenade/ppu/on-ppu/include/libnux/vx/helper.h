#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace libnux::vx {

template <typename T>
T abs_diff(T const a, T const b) { return a >= b ? a - b : b - a; }

// The value that occurs most; of several the first.
template <typename T, size_t Size>
T find_max_amount(std::array<T, Size> const& array)
{
	static_assert(Size > 0, "the array is empty");
	size_t most = 0;
	T found = array[0];
	for (auto const& candidate : array) {
		size_t amount = 0;
		for (auto const& value : array) {
			amount += value == candidate;
		}
		if (amount > most) {
			most = amount;
			found = candidate;
		}
	}
	return found;
}

// The compiler has to keep it.
template <typename T>
void do_not_optimize_away(T const& p) { asm volatile("" : : "g"(&p) : "memory"); }

// The compiler has to take all memory as changed.
inline void clobber() { asm volatile("" : : : "memory"); }

} // namespace libnux::vx
