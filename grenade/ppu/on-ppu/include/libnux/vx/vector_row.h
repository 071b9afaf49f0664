// Values for the 256 columns of a row: even and odd columns are apart, as the parallel bus has them.
#pragma once
#include "libnux/vx/detail/half_row.h"

namespace libnux::vx {

template <typename HalfRow_>
struct VectorRow : detail::Elementwise<VectorRow<HalfRow_>, typename HalfRow_::Element>
{
	typedef HalfRow_ HalfRow;
	typedef typename HalfRow::Element Element;
	typedef VectorRow<typename HalfRow::Other> Other;
	constexpr static size_t size = 2 * HalfRow::size;

	HalfRow even;
	HalfRow odd;

	VectorRow() : VectorRow(Element(0)) {}
	VectorRow(Element const value) : VectorRow(detail::NoValue()) { this->fill(value); }
	VectorRow(HalfRow const& even, HalfRow const& odd) : even(even), odd(odd) {}
	VectorRow(VectorRow const& other) : VectorRow(detail::NoValue()) { this->copy(&other); }
	VectorRow(detail::NoValue const none) : even(none), odd(none) {}

	// The same bits; between bytes and halfwords: unsigned numbers stay what they are, or lose their upper byte, signed ones do as fractions.
	template <typename From, typename = std::enable_if_t<!std::is_same_v<From, HalfRow>>>
	explicit VectorRow(VectorRow<From> const& from) : VectorRow(detail::NoValue())
	{
		if constexpr (std::is_same_v<From, typename HalfRow::Other>) {
			this->copy(&from);
		} else {
			detail::convert(even, from.even);
			detail::convert(odd, from.odd);
		}
	}

	VectorRow& operator=(VectorRow const& other)
	{
		this->copy(&other);
		return *this;
	}

	// by column
	Element& operator[](size_t const column) { return column % 2 ? odd[column / 2] : even[column / 2]; }
	Element const& operator[](size_t const column) const { return column % 2 ? odd[column / 2] : even[column / 2]; }

	Other convert_contiguous() const { return this->template moved_range<Other>(); }
};

typedef VectorRow<VectorHalfRowMod8> VectorRowMod8;
typedef VectorRow<VectorHalfRowMod16> VectorRowMod16;
typedef VectorRow<VectorHalfRowFracSat8> VectorRowFracSat8;
typedef VectorRow<VectorHalfRowFracSat16> VectorRowFracSat16;

} // namespace libnux::vx
