// One generator of random bytes for each column.
#pragma once
#include "libnux/vx/dls.h"
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

// State of the even (0) or odd generators: the upper eight bits become zero.
template <typename Value>
std::enable_if_t<sizeof(Value) == dls_vector_size> parallel_rng_seed(Value const& value, size_t const index = 0)
{
	vector_out(&value, dls_randgen_base + index);
}

// Of all generators.
template <typename Value>
std::enable_if_t<sizeof(Value) == 2 * dls_vector_size> parallel_rng_seed(Value const& value)
{
	for (uint32_t index = 0; index < 2; ++index) {
		vector_out(reinterpret_cast<char const*>(&value) + index * dls_vector_size, dls_randgen_base + index);
	}
}

// The vectors of a value take turns with even and odd generators.
template <typename Value>
Value parallel_rng_rand(size_t const index = 0)
{
	Value ret(Value::no_value());
	for (uint32_t i = 0; i < sizeof(Value) / dls_vector_size; ++i) {
		vector_in(reinterpret_cast<char*>(&ret) + i * dls_vector_size, dls_randgen_base + (index + i) % 2);
	}
	return ret;
}

} // namespace libnux::vx
