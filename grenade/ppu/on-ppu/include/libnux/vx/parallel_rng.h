// One generator of random bytes for each column.
#pragma once
#include "libnux/vx/dls.h"
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

namespace detail {

constexpr size_t vectors_of_generators = 2; // even and odd columns

// The vectors of a value take turns.
template <typename Value>
void draw(Value& ret, size_t const index)
{
	if constexpr (sizeof(Value) == dls_vector_size) {
		vector_in(&ret.data, dls_randgen_base + index);
	} else {
		constexpr size_t half = sizeof(Value) / 2 / dls_vector_size;
		draw(ret.first(), index);
		draw(ret.second(), (index + half) % vectors_of_generators);
	}
}

} // namespace detail

// State of the even (0) or odd generators: the upper eight bits become zero.
template <typename Value>
std::enable_if_t<sizeof(Value) == dls_vector_size> parallel_rng_seed(Value const& value, size_t const index = 0)
{
	vector_out(&value.data, dls_randgen_base + index);
}

// Of all generators.
template <typename Value>
std::enable_if_t<sizeof(Value) == 2 * dls_vector_size> parallel_rng_seed(Value const& value)
{
	parallel_rng_seed(value.first(), 0);
	parallel_rng_seed(value.second(), 1);
}

template <typename Value>
Value parallel_rng_rand(size_t const index = 0)
{
	Value ret(Value::no_value());
	detail::draw(ret, index);
	return ret;
}

} // namespace libnux::vx
