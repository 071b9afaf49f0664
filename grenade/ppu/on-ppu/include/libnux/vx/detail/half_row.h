// 128 halfwords, for the even or the odd columns of a row, and what changes between bytes and halfwords.
#pragma once
#include "libnux/vx/detail/parts.h"
#include "libnux/vx/detail/vector.h"

namespace libnux::vx {

template <typename Vector>
struct VectorHalfRow : detail::Parts<VectorHalfRow<Vector>>
{
	typedef Vector Part;
	typedef Vector Quarter;
	typedef typename Vector::Element Element;
	constexpr static size_t size = 2 * Vector::size;

	Vector left;
	Vector right;

	VectorHalfRow() = default;
	VectorHalfRow(Element const value) : left(value), right(value) {}
	VectorHalfRow(Vector const& left, Vector const& right) : left(left), right(right) {}
	VectorHalfRow(typename detail::Elementwise<VectorHalfRow>::NoValue) : left(Vector::no_value()), right(Vector::no_value()) {}

	template <typename Other, typename = std::enable_if_t<!std::is_same_v<Other, Vector>>>
	explicit VectorHalfRow(VectorHalfRow<Other> const& other) : left(static_cast<Vector>(other.left)), right(static_cast<Vector>(other.right))
	{}

	Element& operator[](size_t const index) { return is_left(index) ? left[place(index)] : right[place(index)]; }
	Element const& operator[](size_t const index) const { return is_left(index) ? left[place(index)] : right[place(index)]; }

	auto convert_contiguous() const
	{
		return VectorHalfRow<decltype(left.convert_contiguous())>(left.convert_contiguous(), right.convert_contiguous());
	}

	Vector& first() { return left; }
	Vector const& first() const { return left; }
	Vector& second() { return right; }
	Vector const& second() const { return right; }

private:
	// Bytes become halfwords in slices of 16: the first eight of each slice go to the left. (facts: ppu/isa_vector)
	static bool is_left(size_t const index) { return index % 16 < 8; }
	static size_t place(size_t const index) { return index / 16 * 8 + index % 8; }
};

typedef VectorMod8 VectorHalfRowMod8;
typedef VectorFracSat8 VectorHalfRowFracSat8;
typedef VectorHalfRow<VectorMod16> VectorHalfRowMod16;
typedef VectorHalfRow<VectorFracSat16> VectorHalfRowFracSat16;

namespace detail {

inline void convert(VectorHalfRowMod16& to, VectorHalfRowMod8 const& from) // zeros above
{
	VectorMod8 const zero(0);
	vector_interleave_left(&to.left.data, &zero.data, &from.data);
	vector_interleave_right(&to.right.data, &zero.data, &from.data);
}

inline void convert(VectorHalfRowMod8& to, VectorHalfRowMod16 const& from)
{
	vector_lower_bytes(&to.data, &from.left.data, &from.right.data);
}

inline void convert(VectorHalfRowFracSat16& to, VectorHalfRowFracSat8 const& from) // the same fraction
{
	VectorMod8 const zero(0);
	vector_interleave_left(&to.left.data, &from.data, &zero.data);
	vector_interleave_right(&to.right.data, &from.data, &zero.data);
}

inline void convert(VectorHalfRowFracSat8& to, VectorHalfRowFracSat16 const& from)
{
	vector_upper_bytes(&to.data, &from.left.data, &from.right.data);
}

template <typename To, typename From>
std::enable_if_t<sizeof(To) == sizeof(From)> convert(To& to, From const& from) // the same bits
{
	to = static_cast<To>(from);
}

} // namespace detail
} // namespace libnux::vx
