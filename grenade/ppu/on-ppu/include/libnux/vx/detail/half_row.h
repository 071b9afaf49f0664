// 128 halfwords, for the even or the odd columns of a row, and what changes between bytes and halfwords.
#pragma once
#include "libnux/vx/detail/vector.h"

namespace libnux::vx {

template <typename Vector>
struct VectorHalfRow : detail::Elementwise<VectorHalfRow<Vector>, typename Vector::Element>
{
	typedef Vector Quarter;
	typedef typename Vector::Element Element;
	typedef VectorHalfRow<typename Vector::Other> Other;
	constexpr static size_t size = 2 * Vector::size;

	Vector left;
	Vector right;

	VectorHalfRow() : VectorHalfRow(Element(0)) {}
	VectorHalfRow(Element const value) : VectorHalfRow(detail::NoValue()) { this->fill(value); }
	VectorHalfRow(Vector const& left, Vector const& right) : left(left), right(right) {}
	VectorHalfRow(VectorHalfRow const& other) : VectorHalfRow(detail::NoValue()) { this->copy(&other); }
	VectorHalfRow(detail::NoValue const none) : left(none), right(none) {}
	explicit VectorHalfRow(Other const& other) : VectorHalfRow(detail::NoValue()) { this->copy(&other); }

	VectorHalfRow& operator=(VectorHalfRow const& other)
	{
		this->copy(&other);
		return *this;
	}

	Element& operator[](size_t const index) { return is_left(index) ? left[place(index)] : right[place(index)]; }
	Element const& operator[](size_t const index) const { return is_left(index) ? left[place(index)] : right[place(index)]; }

	Other convert_contiguous() const { return this->template moved_range<Other>(); }

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
	vector_unpack(&to, &zero, &from);
}

inline void convert(VectorHalfRowFracSat16& to, VectorHalfRowFracSat8 const& from) // the same fraction
{
	VectorMod8 const zero(0);
	vector_unpack(&to, &from, &zero);
}

inline void convert(VectorHalfRowMod8& to, VectorHalfRowMod16 const& from) { vector_pack_lower(&to, &from); }
inline void convert(VectorHalfRowFracSat8& to, VectorHalfRowFracSat16 const& from) { vector_pack_upper(&to, &from); }

} // namespace detail
} // namespace libnux::vx
