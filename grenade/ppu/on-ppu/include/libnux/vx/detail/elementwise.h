// Operators that follow from the ones that work in place.
#pragma once

namespace libnux::vx::detail {

// Self offers the default constructor, conversion from an element, and static add, sub, mul(target, a, b), shift_left(target, a, bits), is_equal(a, b).
// Being friends, the operators take an element on either side.
template <typename Self>
struct Elementwise
{
	friend Self operator+(Self const& a, Self const& b) { Self r(no_value()); Self::add(r, a, b); return r; }
	friend Self operator-(Self const& a, Self const& b) { Self r(no_value()); Self::sub(r, a, b); return r; }
	friend Self operator*(Self const& a, Self const& b) { Self r(no_value()); Self::mul(r, a, b); return r; }
	friend Self operator<<(Self const& a, int bits) { Self r(no_value()); Self::shift_left(r, a, bits); return r; }
	friend Self operator>>(Self const& a, int bits) { Self r(no_value()); Self::shift_left(r, a, -bits); return r; }
	friend bool operator==(Self const& a, Self const& b) { return Self::is_equal(a, b); }
	friend bool operator!=(Self const& a, Self const& b) { return !Self::is_equal(a, b); }

	Self operator-() const { return Self(0) - self(); }
	Self& operator+=(Self const& other) { Self::add(self(), self(), other); return self(); }
	Self& operator-=(Self const& other) { Self::sub(self(), self(), other); return self(); }
	Self& operator*=(Self const& other) { Self::mul(self(), self(), other); return self(); }
	Self& operator<<=(int bits) { Self::shift_left(self(), self(), bits); return self(); }
	Self& operator>>=(int bits) { Self::shift_left(self(), self(), -bits); return self(); }

	// for a constructor that leaves the elements as they are
	struct NoValue {};
	static NoValue no_value() { return {}; }

private:
	Self& self() { return static_cast<Self&>(*this); }
	Self const& self() const { return static_cast<Self const&>(*this); }
};

} // namespace libnux::vx::detail
