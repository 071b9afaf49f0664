// Values for the 256 columns of a row: even and odd columns are apart, as the parallel bus has them.
#pragma once
#include "libnux/vx/detail/half_row.h"

namespace libnux::vx {

template <typename HalfRow_>
struct VectorRow : detail::Parts<VectorRow<HalfRow_>>
{
	typedef HalfRow_ HalfRow;
	typedef HalfRow_ Part;
	typedef typename HalfRow::Element Element;
	constexpr static size_t size = 2 * HalfRow::size;

	HalfRow even;
	HalfRow odd;

	VectorRow() = default;
	VectorRow(Element const value) : even(value), odd(value) {}
	VectorRow(HalfRow const& even, HalfRow const& odd) : even(even), odd(odd) {}
	VectorRow(typename detail::Elementwise<VectorRow>::NoValue) : even(HalfRow::no_value()), odd(HalfRow::no_value()) {}

	template <typename Other, typename = std::enable_if_t<!std::is_same_v<Other, HalfRow>>>
	explicit VectorRow(VectorRow<Other> const& other) : VectorRow(detail::Elementwise<VectorRow>::no_value())
	{
		detail::convert(even, other.even);
		detail::convert(odd, other.odd);
	}

	// by column
	Element& operator[](size_t const column) { return column % 2 ? odd[column / 2] : even[column / 2]; }
	Element const& operator[](size_t const column) const { return column % 2 ? odd[column / 2] : even[column / 2]; }

	auto convert_contiguous() const { return VectorRow<decltype(even.convert_contiguous())>(even.convert_contiguous(), odd.convert_contiguous()); }

	HalfRow& first() { return even; }
	HalfRow const& first() const { return even; }
	HalfRow& second() { return odd; }
	HalfRow const& second() const { return odd; }
};

typedef VectorRow<VectorHalfRowMod8> VectorRowMod8;
typedef VectorRow<VectorHalfRowMod16> VectorRowMod16;
typedef VectorRow<VectorHalfRowFracSat8> VectorRowFracSat8;
typedef VectorRow<VectorHalfRowFracSat16> VectorRowFracSat16;

} // namespace libnux::vx
