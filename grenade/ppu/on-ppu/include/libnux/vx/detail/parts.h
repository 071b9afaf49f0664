// What consists of two parts that are worked on alike.
#pragma once
#include "libnux/vx/detail/elementwise.h"

namespace libnux::vx::detail {

// Self offers the type Part and its parts as first() and second().
template <typename Self>
struct Parts : Elementwise<Self>
{
	static void add(Self& t, Self const& a, Self const& b)
	{
		Self::Part::add(t.first(), a.first(), b.first());
		Self::Part::add(t.second(), a.second(), b.second());
	}

	static void sub(Self& t, Self const& a, Self const& b)
	{
		Self::Part::sub(t.first(), a.first(), b.first());
		Self::Part::sub(t.second(), a.second(), b.second());
	}

	static void mul(Self& t, Self const& a, Self const& b)
	{
		Self::Part::mul(t.first(), a.first(), b.first());
		Self::Part::mul(t.second(), a.second(), b.second());
	}

	static void shift_left(Self& t, Self const& a, int const bits)
	{
		Self::Part::shift_left(t.first(), a.first(), bits);
		Self::Part::shift_left(t.second(), a.second(), bits);
	}

	static bool is_equal(Self const& a, Self const& b) { return a.first() == b.first() && a.second() == b.second(); }
};

} // namespace libnux::vx::detail
